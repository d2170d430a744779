using Coterie.Model.Quorum;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Execution;

public sealed class PreparedTests
{
    [Fact]
    public void The_id_is_a_function_of_keyspace_and_text_and_never_changes()
    {
        Span<byte> id = stackalloc byte[16];
        PreparedId.Of("k", "SELECT * FROM t").Write(id);
        var expected = System.Security.Cryptography.SHA256.HashData("k\0SELECT * FROM t"u8)[..16];
        Assert.Equal(expected, id.ToArray());
        Assert.NotEqual(PreparedId.Of("k", "x"), PreparedId.Of(null, "x"));
        Assert.NotEqual(PreparedId.Of("kx", ""), PreparedId.Of("k", "x"));
    }

    [Fact]
    public async Task A_statement_has_the_same_id_on_every_node_and_is_executed_on_each_that_has_prepared_it()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var first = await cluster.ConnectAsync(0);
        await Schema.CreateAsync(first);
        var ids = new List<string>();
        for (var node = 0; node < 3; node++)
        {
            await using var client = await cluster.ConnectAsync(node);
            var id = await client.PrepareAsync("INSERT INTO k.t (id, v) VALUES (?, ?)");
            (await client.ExecuteAsync(id, Int(node), Text("x"))).ExpectVoid();
            ids.Add(Convert.ToHexString(id));
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Prepared_names_the_markers_their_types_and_those_of_the_partition_key()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        var reader = (await client.AskAsync(Opcode.Prepare, Body(w => w.WriteBytes(Text("SELECT v FROM k.w WHERE c = ? AND p = ?"))))).Reader();
        Assert.Equal(4, reader.ReadInt());
        reader.ReadShortBytes();
        var flags = reader.ReadInt();
        var count = reader.ReadInt();
        Assert.Equal(1, reader.ReadInt());
        Assert.Equal(1, reader.ReadShort());
        Assert.Equal([("c", 9), ("p", 9)], TestRows.ReadSpecs(ref reader, flags, count).Select(c => (c.Item1, (int)c.Item2)));
        Assert.Equal([("v", 13)], TestRows.ReadMetadata(ref reader).Columns.Select(c => (c.Item1, (int)c.Item2)));
    }

    [Fact]
    public async Task An_id_that_is_not_known_is_answered_with_Unprepared_and_the_id()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        foreach (var id in new[] { new byte[16], new byte[3], [] })
        {
            var answer = await client.ExecuteAsync(id);
            Assert.Equal(ErrorCode.Unprepared, answer.Error().Code);
            Assert.EndsWith(Convert.ToHexString(id), Convert.ToHexString(answer.Body), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Metadata_is_left_out_where_asked_until_the_columns_have_changed_and_never_after()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        var id = await client.PrepareAsync("SELECT * FROM k.t WHERE id = ?");
        await client.QueryAsync("INSERT INTO k.t (id, v) VALUES (1, 'x')");
        Assert.False((await SelectAsync(client, id)).HasMetadata);

        await client.QueryAsync("TRUNCATE k.t");
        Assert.False((await SelectAsync(client, id)).HasMetadata);

        await client.QueryAsync("DROP TABLE k.t");
        Assert.Equal(ErrorCode.Invalid, (await client.ExecuteAsync(id, Int(1))).Error().Code);
        await client.QueryAsync("CREATE TABLE k.t (id int PRIMARY KEY, a int, v text)");
        await client.QueryAsync("INSERT INTO k.t (id, a, v) VALUES (1, 5, 'x')");
        for (var i = 0; i < 2; i++)
        {
            var rows = await SelectAsync(client, id);
            Assert.Equal(["id", "a", "v"], rows.Columns.Select(c => c.Name));
            Assert.Equal(5, rows.Int(0, "a"));
        }
    }

    [Fact]
    public async Task Values_of_types_that_are_no_more_are_not_taken_until_the_client_has_prepared_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        const string Insert = "INSERT INTO k.t (id, v) VALUES (?, ?)";
        var id = await client.PrepareAsync(Insert);
        await client.QueryAsync("DROP TABLE k.t");
        await client.QueryAsync("CREATE TABLE k.t (id int PRIMARY KEY, v blob)");

        Assert.Equal(ErrorCode.Unprepared, (await client.ExecuteAsync(id, Int(1), Text("x"))).Error().Code);
        Assert.Equal(id, await client.PrepareAsync(Insert));
        (await client.ExecuteAsync(id, Int(1), [0xFF])).ExpectVoid();
    }

    [Fact]
    public async Task Another_table_of_the_keyspace_changes_nothing_for_a_prepared_statement()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        var id = await client.PrepareAsync("INSERT INTO k.t (id, v) VALUES (?, ?)");
        await client.QueryAsync("CREATE TABLE k.other (id int PRIMARY KEY)");
        (await client.ExecuteAsync(id, Int(1), Text("x"))).ExpectVoid();
    }

    [Fact]
    public async Task A_statement_prepared_under_a_keyspace_stays_in_it()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        await client.QueryAsync("CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
        await client.QueryAsync("CREATE TABLE other.t (id int PRIMARY KEY, v text)");
        await client.QueryAsync("USE k");
        var id = await client.PrepareAsync("INSERT INTO t (id, v) VALUES (?, ?)");
        await client.QueryAsync("USE other");
        (await client.ExecuteAsync(id, Int(1), Text("x"))).ExpectVoid();
        Assert.Single((await client.QueryAsync("SELECT * FROM k.t")).Rows().Rows);
        Assert.Empty((await client.QueryAsync("SELECT * FROM t")).Rows().Rows);
        Assert.NotEqual(id, await client.PrepareAsync("INSERT INTO t (id, v) VALUES (?, ?)"));
    }

    [Fact]
    public void The_cache_is_bounded_by_number_and_by_bytes_and_forgets_what_is_not_used()
    {
        var cache = new PreparedStatements(countMax: 3, bytesMax: 1000);
        var statements = Enumerable.Range(0, 5).Select(i => Statement($"s{i}")).ToList();
        foreach (var statement in statements.Take(3))
        {
            cache.Add(statement);
        }

        cache.Add(statements[3]);
        Assert.Equal(3, cache.Count);
        Assert.Null(Find(cache, statements[0]));
        Assert.NotNull(Find(cache, statements[1]));
        cache.Add(statements[4]);
        Assert.Null(Find(cache, statements[2]));
        Assert.NotNull(Find(cache, statements[1]));

        cache.Add(Statement(new string('x', 499)));
        Assert.Equal(1, cache.Count);
    }

    private static PreparedStatement? Find(PreparedStatements cache, PreparedStatement statement)
    {
        Span<byte> id = stackalloc byte[PreparedId.Size];
        statement.Id.Write(id);
        return cache.Find(id);
    }

    private static PreparedStatement Statement(string text) => new(PreparedId.Of(null, text), null, text, new CompiledStatement
    {
        Plan = new Coterie.Cql.Plans.UsePlan { Keyspace = "k", Markers = [], PartitionKeyMarkers = [] },
        Metadata = Model.Metadata.ClusterMetadata.Empty,
        Markers = ColumnSpecs.Empty,
        Columns = null,
        Keyspace = null,
        Requirements = [],
    });

    private static async Task<TestRows> SelectAsync(TestClient client, byte[] id) => (await client.AskAsync(Opcode.Execute, Body(w =>
    {
        w.WriteShortBytes(id);
        WriteParameters(w, ConsistencyLevel.Quorum, [Int(1)], skipsMetadata: true);
    }))).Rows();
}
