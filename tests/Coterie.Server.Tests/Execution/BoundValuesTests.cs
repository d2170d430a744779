using System.Buffers.Binary;
using Coterie.Model.Quorum;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Execution;

/// <summary>What clients bind: by name, not set, too little of it.</summary>
public sealed class BoundValuesTests
{
    private const int Unset = -2;

    [Fact]
    public async Task A_batch_in_text_takes_its_values_by_name()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);

        const string Batch = "BEGIN UNLOGGED BATCH INSERT INTO k.t (id, v) VALUES (:a, :b); INSERT INTO k.t (id, v) VALUES (:c, :b); APPLY BATCH";
        var answer = await client.AskAsync(Opcode.Query, Body(w => WriteNamed(w, Batch, ("c", Int(2)), ("b", Text("both")), ("a", Int(1)))));

        answer.ExpectVoid();
        Assert.Equal("both", (await client.QueryAsync("SELECT v FROM k.t WHERE id = 1")).Rows().Text(0, "v"));
        Assert.Equal("both", (await client.QueryAsync("SELECT v FROM k.t WHERE id = 2")).Rows().Text(0, "v"));
    }

    [Theory]
    [InlineData("SELECT v FROM k.t WHERE id = 1 LIMIT ?")]
    [InlineData("SELECT v FROM k.t WHERE id = ?")]
    [InlineData("SELECT count(*) FROM k.t WHERE id = ?")]
    [InlineData("UPDATE k.t USING TIMESTAMP ? SET v = 'x' WHERE id = 1")]
    [InlineData("BEGIN BATCH USING TIMESTAMP ? INSERT INTO k.t (id) VALUES (1); APPLY BATCH")]
    [InlineData("BEGIN BATCH INSERT INTO k.t (id) VALUES (1); INSERT INTO k.t (id) VALUES (?); APPLY BATCH")]
    public async Task Too_few_values_and_too_many_are_the_clients_mistake(string text)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);

        Assert.Equal(ErrorCode.Invalid, (await client.QueryAsync(text)).Error().Code);
        Assert.Equal(ErrorCode.Invalid, (await client.QueryAsync(text, Int(1), Int(1), Int(1), Int(1))).Error().Code);
    }

    [Theory]
    [InlineData("INSERT INTO k.t (id, v) VALUES (1, 'new') USING TIMESTAMP ?")]
    [InlineData("UPDATE k.t USING TIMESTAMP ? SET v = 'new' WHERE id = 1")]
    [InlineData("BEGIN BATCH USING TIMESTAMP ? INSERT INTO k.t (id, v) VALUES (1, 'new'); APPLY BATCH")]
    [InlineData("BEGIN BATCH INSERT INTO k.t (id, v) VALUES (1, 'new') USING TIMESTAMP ?; APPLY BATCH")]
    public async Task A_timestamp_that_is_not_set_is_the_nodes_own(string text)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        (await client.QueryAsync("INSERT INTO k.t (id, v) VALUES (1, 'old')")).ExpectVoid();

        var answer = await client.AskAsync(Opcode.Query, Body(w =>
        {
            w.WriteBytes(Text(text));
            w.WriteShort((int)ConsistencyLevel.Quorum);
            w.WriteByte(1);
            w.WriteShort(1);
            w.WriteInt(Unset);
        }));

        answer.ExpectVoid();
        Assert.Equal("new", (await client.QueryAsync("SELECT v FROM k.t WHERE id = 1")).Rows().Text(0, "v"));
    }

    [Fact]
    public async Task The_timestamp_that_stands_for_none_is_refused_wherever_it_comes_from()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);
        foreach (var timestamp in new[] { long.MinValue, long.MinValue + 1 })
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, timestamp);
            Assert.Equal(ErrorCode.Invalid, (await client.QueryAsync("INSERT INTO k.t (id) VALUES (1) USING TIMESTAMP ?", bytes)).Error().Code);
            var answer = await client.AskAsync(Opcode.Query, Body(w =>
            {
                w.WriteBytes(Text("INSERT INTO k.t (id) VALUES (1)"));
                WriteParameters(w, ConsistencyLevel.Quorum, [], timestamp: timestamp);
            }));
            Assert.Equal(ErrorCode.Protocol, answer.Error().Code);
        }
    }

    [Fact]
    public async Task An_error_that_names_something_very_long_reaches_the_client()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await Schema.CreateAsync(client);

        Assert.Equal(ErrorCode.Invalid, (await client.QueryAsync($"SELECT {new string('x', 60_000)} FROM {new string('y', 60_000)}.t")).Error().Code);
        foreach (var text in new[] { "SELECT {0} FROM k.t", "SELECT v AS {0} FROM k.t", "SELECT v FROM k.t WHERE id = :{0}", "SELECT * FROM k.t \"{0}\"" })
        {
            var answer = await client.QueryAsync(text.Replace("{0}", new string('x', 70_000), StringComparison.Ordinal));
            Assert.Equal(ErrorCode.Syntax, answer.Error().Code);
        }
    }

    private static void WriteNamed(FrameWriter w, string text, params (string Name, byte[] Value)[] values)
    {
        w.WriteBytes(Text(text));
        w.WriteShort((int)ConsistencyLevel.Quorum);
        w.WriteByte(0x41);
        w.WriteShort(values.Length);
        foreach (var (name, value) in values)
        {
            w.WriteString(name);
            w.WriteBytes(value);
        }
    }
}
