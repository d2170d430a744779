using System.Net;
using Coterie.Model.Quorum;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.SystemTables;

/// <summary>What drivers read when they connect, with the statements that they send.</summary>
public sealed class SystemTablesTests
{
    [Theory]
    [InlineData("SELECT * FROM system.local WHERE key='local'")]
    [InlineData("SELECT * FROM system.local")]
    [InlineData("select cluster_name, data_center, host_id, listen_address, listen_port, native_protocol_version, partitioner, rack, release_version, rpc_address, rpc_port, schema_version, tokens from system.local where key = 'local'")]
    public async Task Local_describes_the_node_that_is_asked(string query)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var rows = (await client.QueryAsync(query, ConsistencyLevel.One)).Rows();
        Assert.Single(rows.Rows);
        Assert.Equal("test", rows.Text(0, "cluster_name"));
        Assert.Equal("datacenter1", rows.Text(0, "data_center"));
        Assert.Equal("org.apache.cassandra.dht.Murmur3Partitioner", rows.Text(0, "partitioner"));
        Assert.Matches(@"^4\.1\.\d+$", rows.Text(0, "release_version"));
        Assert.Equal(IPAddress.Parse("127.0.0.1"), rows.Inet(0, "rpc_address"));
        Assert.Equal(9042, rows.Int(0, "rpc_port"));
        Assert.Equal(cluster.Nodes[0].Id.Value, new Guid(rows[0, "host_id"]!, bigEndian: true));
        Assert.Equal(16, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rows[0, "tokens"]));
    }

    [Fact]
    public async Task Local_has_exactly_the_columns_of_Cassandra_and_their_types()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await ExpectColumnsAsync(client, "system.local",
            "key:D bootstrapped:D broadcast_address:10 broadcast_port:9 cluster_name:D cql_version:D data_center:D gossip_generation:9 host_id:C " +
            "listen_address:10 listen_port:9 native_protocol_version:D partitioner:D rack:D release_version:D rpc_address:10 rpc_port:9 schema_version:C " +
            "tokens:22 truncated_at:21");
        await ExpectColumnsAsync(client, "system.peers",
            "peer:10 data_center:D host_id:C preferred_ip:10 rack:D release_version:D rpc_address:10 schema_version:C tokens:22");
        await ExpectColumnsAsync(client, "system.peers_v2",
            "peer:10 peer_port:9 data_center:D host_id:C native_address:10 native_port:9 preferred_ip:10 preferred_port:9 rack:D release_version:D " +
            "schema_version:C tokens:22");
        await ExpectColumnsAsync(client, "system_schema.columns",
            "keyspace_name:D table_name:D column_name:D clustering_order:D column_name_bytes:3 kind:D position:9 type:D");
    }

    [Fact]
    public async Task Peers_are_all_others_and_nothing_that_drivers_require_is_null()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        for (var node = 0; node < 3; node++)
        {
            await using var client = await cluster.ConnectAsync(node);
            var others = cluster.Nodes.Where((_, i) => i != node).Select(n => n.Id.Value).Order();
            foreach (var (table, required) in new[]
            {
                ("system.peers", "peer host_id data_center rack tokens schema_version rpc_address release_version"),
                ("system.peers_v2", "peer peer_port host_id data_center rack tokens schema_version native_address native_port release_version"),
            })
            {
                var rows = (await client.QueryAsync($"SELECT * FROM {table}", ConsistencyLevel.One)).Rows();
                Assert.Equal(others, Enumerable.Range(0, rows.Rows.Count).Select(i => new Guid(rows[i, "host_id"]!, bigEndian: true)).Order());
                for (var i = 0; i < rows.Rows.Count; i++)
                {
                    Assert.All(required.Split(' '), column => Assert.NotNull(rows[i, column]));
                }
            }
        }
    }

    [Fact]
    public async Task A_peer_is_found_by_its_address_bound_by_position_and_by_name()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var client = await cluster.ConnectAsync();
        var address = IPAddress.Parse("127.0.0.2").GetAddressBytes();
        Assert.Single((await client.QueryAsync("SELECT * FROM system.peers WHERE peer = ?", address)).Rows().Rows);
        Assert.Single((await client.QueryAsync("SELECT * FROM system.peers WHERE peer = '127.0.0.3'")).Rows().Rows);
        Assert.Empty((await client.QueryAsync("SELECT * FROM system.peers WHERE peer = '127.0.0.1'")).Rows().Rows);

        var named = await client.AskAsync(Opcode.Query, Body(w =>
        {
            w.WriteBytes(Text("SELECT * FROM system.peers_v2 WHERE peer = :address AND peer_port = :port"));
            w.WriteShort((int)ConsistencyLevel.One);
            w.WriteByte(0x41);
            w.WriteShort(2);
            w.WriteString("port");
            w.WriteBytes(Int(7000));
            w.WriteString("address");
            w.WriteBytes(address);
        }));
        Assert.Single(named.Rows().Rows);
    }

    [Fact]
    public async Task Schema_tables_show_what_was_created_on_every_node_with_one_version()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var first = await cluster.ConnectAsync(0);
        await first.QueryAsync("CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}");
        await first.QueryAsync("CREATE TABLE k.t (p int, c text, s int static, v set<text>, PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'mine'");
        var versions = new HashSet<string>();
        for (var node = 0; node < 3; node++)
        {
            await using var client = await cluster.ConnectAsync(node);
            var table = (await client.QueryAsync("SELECT * FROM system_schema.tables WHERE keyspace_name = 'k' AND table_name = 't'")).Rows();
            Assert.Equal("mine", table.Text(0, "comment"));
            Assert.Equal("00000001" + "00000008" + Convert.ToHexString("compound"u8), Convert.ToHexString(table[0, "flags"]!));
            Assert.NotNull(table[0, "dclocal_read_repair_chance"]);
            Assert.NotNull(table[0, "read_repair_chance"]);

            var columns = (await client.QueryAsync("SELECT column_name, kind, clustering_order, position, type FROM system_schema.columns WHERE keyspace_name = 'k'")).Rows();
            var described = Enumerable.Range(0, columns.Rows.Count).Select(i =>
                $"{columns.Text(i, "column_name")} {columns.Text(i, "kind")} {columns.Text(i, "clustering_order")} {columns.Int(i, "position")} {columns.Text(i, "type")}");
            Assert.Equal(["c clustering desc 0 text", "p partition_key none 0 int", "s static none -1 int", "v regular none -1 set<text>"], described);

            var keyspace = (await client.QueryAsync("SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'k'")).Rows();
            Assert.Contains("org.apache.cassandra.locator.NetworkTopologyStrategy", keyspace.Text(0, "replication")!, StringComparison.Ordinal);
            foreach (var versioned in new[] { "local", "peers", "peers_v2" })
            {
                var rows = (await client.QueryAsync($"SELECT schema_version FROM system.{versioned}")).Rows();
                versions.UnionWith(rows.Rows.Select(r => Convert.ToHexString(r[0]!)));
            }
        }

        Assert.Single(versions);
    }

    [Theory]
    [InlineData("system_schema.views")]
    [InlineData("system_schema.types")]
    [InlineData("system_schema.functions")]
    [InlineData("system_schema.aggregates")]
    [InlineData("system_schema.indexes")]
    [InlineData("system_schema.triggers")]
    [InlineData("system_schema.dropped_columns")]
    [InlineData("system_virtual_schema.keyspaces")]
    [InlineData("system_virtual_schema.tables")]
    [InlineData("system_virtual_schema.columns")]
    [InlineData("system.prepared_statements")]
    [InlineData("system.size_estimates")]
    [InlineData("system_traces.sessions")]
    [InlineData("system_traces.events")]
    public async Task Tables_of_what_Coterie_does_not_have_are_there_and_empty(string table)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var rows = (await client.QueryAsync($"SELECT * FROM {table}")).Rows();
        Assert.Empty(rows.Rows);
        Assert.NotEmpty(rows.Columns);
    }

    [Fact]
    public async Task System_tables_are_paged_like_any_other()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        const string Query = "SELECT keyspace_name, table_name, column_name FROM system_schema.columns";
        var all = (await client.QueryAsync(Query)).Rows().Rows.Select(r => string.Join('.', r.Select(v => System.Text.Encoding.UTF8.GetString(v!)))).ToList();
        var paged = new List<string>();
        byte[]? state = null;
        do
        {
            var page = (await client.AskAsync(Opcode.Query, Body(w =>
            {
                w.WriteBytes(Text(Query));
                WriteParameters(w, ConsistencyLevel.One, [], pageSize: 7, state: state);
            }))).Rows();
            Assert.InRange(page.Rows.Count, 0, 7);
            paged.AddRange(page.Rows.Select(r => string.Join('.', r.Select(v => System.Text.Encoding.UTF8.GetString(v!)))));
            state = page.PagingState;
        }
        while (state is not null);

        Assert.Equal(all, paged);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(all.Count, System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(
            (await client.QueryAsync("SELECT count(*) FROM system_schema.columns")).Rows().Rows[0][0]));
    }

    [Theory]
    [InlineData("INSERT INTO system.local (key) VALUES ('x')")]
    [InlineData("DELETE FROM system.peers WHERE peer = '127.0.0.1'")]
    [InlineData("DROP TABLE system.local")]
    [InlineData("DROP KEYSPACE system")]
    [InlineData("TRUNCATE system.peers")]
    [InlineData("CREATE TABLE system.mine (id int PRIMARY KEY)")]
    [InlineData("SELECT * FROM system.no_such_table")]
    public async Task System_keyspaces_cannot_be_changed_and_tables_that_are_not_there_are_Invalid(string statement)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        Assert.Equal(ErrorCode.Invalid, (await client.QueryAsync(statement)).Error().Code);
    }

    private static async Task ExpectColumnsAsync(TestClient client, string table, string expected)
    {
        var rows = (await client.QueryAsync($"SELECT * FROM {table}")).Rows();
        Assert.Equal(expected, string.Join(' ', rows.Columns.Select(c => $"{c.Name}:{c.Type:X}")));
    }
}
