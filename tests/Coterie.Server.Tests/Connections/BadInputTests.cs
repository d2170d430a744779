using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;
using K4os.Compression.LZ4;
using static Coterie.Server.Tests.Fixtures.TestClient;

namespace Coterie.Server.Tests.Connections;

/// <summary>What a client may do wrong on the wire. After each the node lives and another client is unhurt.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData(0x42, "Invalid or unsupported protocol version (66); supported versions are (4/v4)")]
    [InlineData(0x05, "Invalid or unsupported protocol version (5); supported versions are (4/v4)")]
    [InlineData(0x03, "Invalid or unsupported protocol version (3); supported versions are (4/v4)")]
    [InlineData(0x84, "Invalid or unsupported protocol version (4); supported versions are (4/v4)")]
    public async Task Another_version_is_refused_in_a_frame_of_ours_on_any_opcode_and_the_connection_ends(byte version, string message)
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var opcode in new[] { Opcode.Options, Opcode.Startup, Opcode.Query, (Opcode)0x77 })
        {
            await using var client = await cluster.ConnectRawAsync();
            await client.SendRawAsync(FrameOf(new FrameHeader(version, FrameFlags.None, 3, opcode, 0), []));
            var answer = await client.ReceiveAsync();
            Assert.Equal((ErrorCode.Protocol, message), answer.Error());
            Assert.Equal((0x84, 3), (answer.Header.Version, answer.Header.Stream));
            await client.ExpectCloseAsync();
        }

        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task The_short_frame_of_the_first_versions_is_refused_too()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectRawAsync();
        await client.SendRawAsync(new byte[] { 1, 0, 9, 5, 0, 0, 0, 0 });
        var answer = await client.ReceiveAsync();
        Assert.Contains("(1)", answer.Error().Message, StringComparison.Ordinal);
        Assert.Equal(9, answer.Header.Stream);
        await client.ExpectCloseAsync();
    }

    [Fact]
    public async Task Garbage_is_refused_and_the_connection_ends()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using (var client = await cluster.ConnectRawAsync())
        {
            await client.SendRawAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            Assert.Equal(ErrorCode.Protocol, (await client.ReceiveAsync()).Error().Code);
            await client.ExpectCloseAsync();
        }

        var random = new Random(11);
        for (var i = 0; i < 100; i++)
        {
            await using var client = await cluster.ConnectRawAsync();
            var noise = new byte[random.Next(4, 300)];
            random.NextBytes(noise);
            noise[0] = (byte)(noise[0] == 4 ? 5 : noise[0]);
            await client.SendRawAsync(noise);
            await client.ExpectCloseAsync();
        }

        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task Bodies_of_noise_are_answered_one_by_one_and_the_connection_lives()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var random = new Random(12);
        for (var i = 0; i < 500; i++)
        {
            var noise = new byte[random.Next(0, 100)];
            random.NextBytes(noise);
            var opcode = (Opcode)new[] { 0x07, 0x09, 0x0A, 0x0B, 0x0D, 0x01, 0x05, 0x0F, 0x06, 0x44 }[random.Next(10)];
            var flags = random.Next(4) == 0 ? FrameFlags.CustomPayload : FrameFlags.None;
            var answer = await client.AskAsync(opcode, noise, flags);
            Assert.NotEqual(ErrorCode.Server, answer.Opcode == Opcode.Error ? answer.Error().Code : ErrorCode.Protocol);
        }

        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task A_frame_over_the_limit_is_refused_by_its_header_before_anything_is_allocated_and_the_next_is_answered()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        const int Length = Limits.CqlFrameBytesMax + 1;
        var header = new byte[FrameHeader.Size];
        new FrameHeader(4, FrameFlags.None, 100, Opcode.Query, Length).Write(header);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await client.SendRawAsync(header);
        var refused = await client.ReceiveAsync();
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal(100, refused.Header.Stream);
        Assert.Equal(ErrorCode.Invalid, refused.Error().Code);
        Assert.Contains($"{Length}", refused.Error().Message, StringComparison.Ordinal);
        Assert.True(allocated < 1024 * 1024, $"{allocated} bytes were allocated for a frame that was refused");
        var chunk = new byte[64 * 1024];
        for (var left = Length; left > 0; left -= chunk.Length)
        {
            await client.SendRawAsync(chunk.AsMemory(0, Math.Min(left, chunk.Length)));
        }

        Assert.Equal(Opcode.Supported, (await client.AskAsync(Opcode.Options, [])).Opcode);
        await ExpectUnhurtAsync(cluster);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task A_length_that_cannot_be_ends_the_connection(int length)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var header = new byte[FrameHeader.Size];
        new FrameHeader(4, FrameFlags.None, 1, Opcode.Query, length).Write(header);
        await client.SendRawAsync(header);
        Assert.Equal(1, (await client.ReceiveAsync()).Header.Stream);
        await client.ExpectCloseAsync();
        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task A_frame_that_comes_byte_by_byte_is_a_frame()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var frame = FrameOf(new FrameHeader(4, FrameFlags.None, 12, Opcode.Options, 0), []);
        foreach (var one in frame)
        {
            await client.SendRawAsync(new[] { one });
        }

        Assert.Equal(12, (await client.ReceiveAsync()).Header.Stream);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_a_frame_hurts_nobody()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using (var client = await cluster.ConnectAsync())
        {
            await client.SendRawAsync(FrameOf(new FrameHeader(4, FrameFlags.None, 1, Opcode.Query, 1000), new byte[500]));
        }

        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task Before_STARTUP_only_OPTIONS_and_STARTUP_are_answered()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectRawAsync();
        foreach (var opcode in new[] { Opcode.Query, Opcode.Prepare, Opcode.Execute, Opcode.Batch, Opcode.Register, Opcode.AuthResponse })
        {
            var (code, message) = (await client.AskAsync(opcode, Body(w => WriteQuery(w, "SELECT key FROM system.local", ConsistencyLevel.One)))).Error();
            Assert.Equal(ErrorCode.Protocol, code);
            Assert.Contains("expecting STARTUP or OPTIONS", message, StringComparison.Ordinal);
        }

        Assert.Equal(Opcode.Supported, (await client.AskAsync(Opcode.Options, [])).Opcode);
        await client.StartAsync();
        Assert.Single((await client.QueryAsync("SELECT key FROM system.local")).Rows().Rows);
    }

    [Fact]
    public async Task A_second_STARTUP_and_what_only_servers_send_are_refused_and_the_connection_lives()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        var startup = Body(w => WriteMap(w, new SortedDictionary<string, string> { ["CQL_VERSION"] = "3.0.0" }));
        foreach (var (opcode, body) in new[] { (Opcode.Startup, startup), (Opcode.Ready, []), (Opcode.Result, []), (Opcode.AuthResponse, Int(0)), ((Opcode)0x20, []) })
        {
            Assert.Equal(ErrorCode.Protocol, (await client.AskAsync(opcode, body)).Error().Code);
        }

        Assert.Single((await client.QueryAsync("SELECT key FROM system.local")).Rows().Rows);
    }

    [Theory]
    [InlineData("snappy")]
    [InlineData("zip")]
    public async Task A_compression_that_is_not_offered_is_refused(string name)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectRawAsync();
        var options = new SortedDictionary<string, string> { ["CQL_VERSION"] = "3.0.0", ["COMPRESSION"] = name };
        var (code, message) = (await client.AskAsync(Opcode.Startup, Body(w => WriteMap(w, options)))).Error();
        Assert.Equal(ErrorCode.Protocol, code);
        Assert.Contains(name, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task STARTUP_without_a_CQL_version_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectRawAsync();
        Assert.Equal(ErrorCode.Protocol, (await client.AskAsync(Opcode.Startup, Body(w => w.WriteShort(0)))).Error().Code);
        await client.StartAsync();
    }

    [Fact]
    public async Task A_negative_stream_ends_the_connection()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await client.SendAsync(Opcode.Options, -5, []);
        Assert.Equal(ErrorCode.Protocol, (await client.ReceiveAsync()).Error().Code);
        await client.ExpectCloseAsync();
        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task A_compressed_frame_without_an_agreement_is_refused_and_the_connection_lives()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        Assert.Equal(ErrorCode.Protocol, (await client.AskAsync(Opcode.Query, new byte[20], FrameFlags.Compressed)).Error().Code);
        Assert.Equal(Opcode.Supported, (await client.AskAsync(Opcode.Options, [])).Opcode);
    }

    [Fact]
    public async Task LZ4_lies_are_refused_and_the_connection_lives()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync(compresses: true);
        var query = Body(w => WriteQuery(w, "SELECT key FROM system.local -- " + new string(' ', 500), ConsistencyLevel.One));
        Assert.Single((await client.AskAsync(Opcode.Query, Compressed(query, query.Length), FrameFlags.Compressed)).Rows().Rows);
        foreach (var claim in new[] { -1, 0, 10, query.Length - 1, query.Length + 1, Limits.CqlFrameBytesMax + 1, int.MaxValue })
        {
            Assert.Equal(ErrorCode.Protocol, (await client.AskAsync(Opcode.Query, Compressed(query, claim), FrameFlags.Compressed)).Error().Code);
        }

        Assert.Equal(ErrorCode.Protocol, (await client.AskAsync(Opcode.Query, [1, 2], FrameFlags.Compressed)).Error().Code);
        Assert.Single((await client.AskAsync(Opcode.Query, Compressed(query, query.Length), FrameFlags.Compressed)).Rows().Rows);
        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task Large_answers_are_compressed_where_that_was_agreed_on()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync(compresses: true);
        var answer = await client.QueryAsync("SELECT * FROM system_schema.columns");
        Assert.True((answer.Header.Flags & FrameFlags.Compressed) != 0);
        Assert.True(answer.Rows().Rows.Count > 100);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_disconnected_and_holds_nobody_up()
    {
        await using var cluster = await TestCluster.StartAsync(configure: o => o with
        {
            Listener = new ListenerOptions { UnreadDeadline = TimeSpan.FromMilliseconds(300), SweepPeriod = TimeSpan.FromMilliseconds(50) },
        });
        await using var client = await cluster.ConnectAsync();
        var query = Body(w => WriteQuery(w, "SELECT * FROM system_schema.columns", ConsistencyLevel.One));
        try
        {
            for (var i = 0; i < 30_000; i++)
            {
                await client.SendAsync(Opcode.Query, (short)i, query).WaitAsync(TimeSpan.FromSeconds(30));
            }

            Assert.Fail("The server went on reading from a client that does not read.");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Assert.Equal(1, cluster.Nodes[0].ServerCounters.ConnectionsDropped);
        }

        await ExpectUnhurtAsync(cluster);
    }

    [Fact]
    public async Task A_client_that_does_not_begin_is_disconnected()
    {
        await using var cluster = await TestCluster.StartAsync(configure: o => o with
        {
            Listener = new ListenerOptions { HandshakeDeadline = TimeSpan.FromSeconds(2), SweepPeriod = TimeSpan.FromMilliseconds(50) },
        });
        await using var begun = await cluster.ConnectAsync();
        await using var silent = await cluster.ConnectRawAsync();
        await using var asking = await cluster.ConnectRawAsync();
        await asking.AskAsync(Opcode.Options, []);

        await silent.ExpectCloseAsync();
        await asking.ExpectCloseAsync();
        Assert.Equal(Opcode.Supported, (await begun.AskAsync(Opcode.Options, [])).Opcode);
        Assert.Equal(2, cluster.Nodes[0].ServerCounters.ConnectionsDropped);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_the_others_go_on()
    {
        await using var cluster = await TestCluster.StartAsync(configure: o => o with { Listener = new ListenerOptions { ConnectionsMax = 2 } });
        await using var first = await cluster.ConnectAsync();
        await using var second = await cluster.ConnectAsync();
        await using var third = await cluster.ConnectRawAsync();

        await third.ExpectCloseAsync();
        Assert.Equal(1, cluster.Nodes[0].ServerCounters.ConnectionsRefused);
        Assert.Equal(Opcode.Supported, (await first.AskAsync(Opcode.Options, [])).Opcode);
        Assert.Equal(Opcode.Supported, (await second.AskAsync(Opcode.Options, [])).Opcode);
    }

    [Fact]
    public async Task Ten_thousand_idle_connections_cost_little_and_slow_nobody()
    {
        await using var cluster = await TestCluster.StartAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var idle = new List<TestClient>();
        for (var i = 0; i < 10_000; i++)
        {
            idle.Add(await cluster.ConnectAsync());
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / idle.Count;
        Assert.Equal(10_000, cluster.Nodes[0].ServerCounters.ConnectionsOpen);
        Assert.True(each < 20_000, $"{each} bytes for an idle connection, both its ends and its pipes");
        await ExpectUnhurtAsync(cluster);
        foreach (var client in idle)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_consistency_that_does_not_exist_is_refused_and_the_connection_lives()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        Assert.Equal(ErrorCode.Protocol, (await client.QueryAsync("SELECT key FROM system.local", (ConsistencyLevel)77)).Error().Code);
        Assert.Single((await client.QueryAsync("SELECT key FROM system.local")).Rows().Rows);
    }

    private static byte[] Compressed(byte[] plain, int claim)
    {
        var block = new byte[LZ4Codec.MaximumOutputSize(plain.Length)];
        var length = LZ4Codec.Encode(plain, block);
        var body = new byte[4 + length];
        BinaryPrimitives.WriteInt32BigEndian(body, claim);
        block.AsSpan(0, length).CopyTo(body.AsSpan(4));
        return body;
    }

    private static async Task ExpectUnhurtAsync(TestCluster cluster)
    {
        await using var other = await cluster.ConnectAsync();
        Assert.Single((await other.QueryAsync("SELECT key FROM system.local")).Rows().Rows);
        Assert.False(cluster.Nodes[0].Failed.IsCompleted);
    }
}
