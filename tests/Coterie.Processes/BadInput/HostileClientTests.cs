using System.Net.Sockets;
using Coterie.Host.CqlClient;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.BadInput;

/// <summary>What clients may do to a real process: it says what is wrong, lives, uses no more memory than it should, and serves the others.</summary>
public sealed class HostileClientTests : IAsyncLifetime
{
    private const long Megabyte = 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private NodeConfiguration _node = null!;
    private CoterieProcess _process = null!;
    private CqlConnection _other = null!;

    public async ValueTask InitializeAsync()
    {
        _node = NodeConfiguration.Cluster(_directory.Path, 1)[0];
        _process = await _node.StartUpAsync();
        _other = await Client.ConnectAsync(_node.Cql);
        await _other.CreateTableAsync(replicas: 1);
        await _other.AskAsync("INSERT INTO shop.cart (id, v) VALUES (1, 'tea')");
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Frames_that_claim_more_than_the_limit_cost_no_memory()
    {
        await ExpectUnhurtAsync();
        var before = ProcessFigures.Memory(_process.Id);
        var connections = new List<RawConnection>();
        foreach (var length in Enumerable.Repeat(new[] { (16 * 1024 * 1024) + 1, 256 * 1024 * 1024, int.MaxValue, -1, int.MinValue }, 40).SelectMany(lengths => lengths))
        {
            var connection = await RawConnection.StartedAsync(_node.Cql);
            connections.Add(connection);
            var (code, _) = await connection.RefusedAsync(RawConnection.Header(4, 0x07, length));
            Assert.Equal(length > 0 ? CqlErrorException.Invalid : CqlErrorException.Protocol, code);
            connection.EndSending();
            Assert.True(await connection.IsClosedAsync());
        }

        var grown = ProcessFigures.Memory(_process.Id) - before;
        connections.ForEach(connection => connection.Dispose());
        Assert.True(grown < 64 * Megabyte, $"{grown / Megabyte} MiB for 200 headers");
        await ExpectUnhurtAsync();
    }

    [Fact]
    public async Task Frames_that_are_cut_off_and_held_open_cost_no_more_than_was_sent()
    {
        var before = ProcessFigures.Memory(_process.Id);
        var held = new List<RawConnection>();
        for (var i = 0; i < 200; i++)
        {
            var connection = await RawConnection.StartedAsync(_node.Cql);
            await connection.SendAsync((byte[])[.. RawConnection.Header(4, 0x07, 16 * 1024 * 1024), .. new byte[1000]]);
            held.Add(connection);
        }

        await ExpectUnhurtAsync();
        var grown = ProcessFigures.Memory(_process.Id) - before;
        held.ForEach(connection => connection.Dispose());
        Assert.True(grown < 64 * Megabyte, $"{grown / Megabyte} MiB for 200 frames of 16 MiB of which 1 kB has come");
        await ExpectUnhurtAsync();
    }

    [Fact]
    public async Task Noise_and_unknown_versions_are_refused()
    {
        var random = new Random(17);
        for (var i = 0; i < 200; i++)
        {
            using var connection = await RawConnection.OpenAsync(_node.Cql);
            var noise = new byte[random.Next(9, 2_000)];
            random.NextBytes(noise);
            noise[0] = (byte)(random.Next(2) == 0 ? 0x47 : 0x05);
            await connection.SendAsync(noise);
            Assert.True(await connection.IsClosedAsync());
        }

        await ExpectUnhurtAsync();
    }

    [Fact]
    public async Task Statements_that_are_too_deep_or_too_long_and_forged_states_are_refused_and_the_connection_lives()
    {
        using var connection = await RawConnection.StartedAsync(_node.Cql);
        foreach (var deep in new[]
        {
            $"INSERT INTO shop.cart (id, v) VALUES ({new string('(', 10_000)}1{new string(')', 10_000)}, 'a')",
            $"INSERT INTO shop.cart (id, v) VALUES (1, {new string('[', 10_000)}{new string(']', 10_000)})",
            $"CREATE TABLE shop.deep (id int PRIMARY KEY, v {string.Concat(Enumerable.Repeat("frozen<list<", 10_000))}int{new string('>', 20_000)})",
        })
        {
            Assert.Equal(CqlErrorException.Syntax, (await connection.RefusedAsync(RawConnection.QueryFrame(deep))).Code);
        }

        var literal = new string('x', (16 * 1024 * 1024) - 200);
        var (code, message) = await connection.RefusedAsync(RawConnection.QueryFrame($"INSERT INTO shop.cart (id, v) VALUES (1, '{literal}')"));
        Assert.Equal(CqlErrorException.Invalid, code);
        Assert.Contains("1048576", message, StringComparison.Ordinal);

        var random = new Random(23);
        for (var i = 0; i < 200; i++)
        {
            var forged = new byte[random.Next(1, 300)];
            random.NextBytes(forged);
            Assert.Equal(CqlErrorException.Invalid, (await connection.RefusedAsync(RawConnection.QueryFrame("SELECT * FROM shop.cart", forged))).Code);
        }

        await connection.SendAsync(RawConnection.QueryFrame("SELECT v FROM shop.cart WHERE id = 1"));
        Assert.Equal(RawConnection.Result, (await connection.ReceiveAsync())!.Value.Opcode);
        await ExpectUnhurtAsync();
    }

    [Fact]
    public async Task A_client_that_never_reads_is_held_back_and_costs_little_and_the_others_go_on()
    {
        var value = new string('v', 100_000);
        await _other.AskAsync($"INSERT INTO shop.cart (id, v) VALUES (2, '{value}')");
        var before = ProcessFigures.Memory(_process.Id);
        using var deaf = await RawConnection.StartedAsync(_node.Cql);
        deaf.Socket.ReceiveBufferSize = 64 * 1024;
        deaf.Socket.Blocking = false;
        var query = RawConnection.QueryFrame("SELECT v FROM shop.cart WHERE id = 2");
        var asked = 0;

        // Until the node takes nothing more for a while: then the kernel's buffers on the way are full and the node waits for this client to read.
        await Until.TrueAsync("the node has stopped reading", () =>
        {
            var sent = 0;
            while (TrySend(deaf.Socket, query))
            {
                sent++;
            }

            asked += sent;
            return sent == 0;
        });

        Assert.True(asked * 100_000L > 64 * Megabyte, $"only {asked} requests were taken");
        for (var i = 0; i < 100; i++)
        {
            await ExpectUnhurtAsync();
        }

        var grown = ProcessFigures.Memory(_process.Id) - before;
        Assert.True(grown < 128 * Megabyte, $"{grown / Megabyte} MiB for a client that does not read");
    }

    private static bool TrySend(Socket socket, byte[] bytes)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            try
            {
                sent += socket.Send(bytes.AsSpan(sent));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                if (sent == 0 || !socket.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectWrite))
                {
                    return false;
                }
            }
            catch (SocketException)
            {
                // Disconnected, which is another way of being held back.
                return false;
            }
        }

        return true;
    }

    private async Task ExpectUnhurtAsync()
    {
        Assert.False(_process.HasExited, string.Join('\n', _process.Lines));
        Assert.Equal("tea", Client.Text(Assert.Single((await _other.AskAsync("SELECT v FROM shop.cart WHERE id = 1")).Rows)[0]));
    }
}
