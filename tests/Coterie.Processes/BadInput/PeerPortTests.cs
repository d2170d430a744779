using System.Buffers.Binary;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.BadInput;

/// <summary>The port between nodes and the admin port take bad bytes too, from whoever can reach them.</summary>
public sealed class PeerPortTests : IAsyncLifetime
{
    private const long Megabyte = 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<CoterieProcess> _processes = [];
    private NodeConfiguration[] _nodes = [];
    private CqlConnection _client = null!;

    public async ValueTask InitializeAsync()
    {
        _nodes = [.. NodeConfiguration.Cluster(_directory.Path, 3)];
        _processes.AddRange(_nodes.Select(node => node.Start()));
        await Task.WhenAll(_processes.Select(process => process.LineAsync(" Up: ")));
        _client = await Client.ConnectAsync(_nodes[1].Cql);
        await _client.CreateTableAsync(replicas: 3);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
        _directory.Dispose();
    }

    [Fact]
    public async Task Bad_bytes_end_their_own_connection_and_nothing_else()
    {
        await _client.EventuallyAsync("INSERT INTO shop.cart (id, v) VALUES (1, 'tea')", ConsistencyLevel.All);
        var before = ProcessFigures.Memory(_processes[0].Id);
        var random = new Random(31);
        foreach (var port in new[] { _nodes[0].Peer, _nodes[0].Admin, _nodes[0].Cql })
        {
            for (var i = 0; i < 100; i++)
            {
                using var connection = await RawConnection.OpenAsync(port);
                var noise = new byte[random.Next(1, 3_000)];
                random.NextBytes(noise);
                if (i % 3 == 0 && noise.Length >= 4)
                {
                    // Where a frame begins with its length: a huge one, or none.
                    BinaryPrimitives.WriteInt32BigEndian(noise, i % 2 == 0 ? int.MaxValue : 0);
                }

                await SendIfTakenAsync(connection, noise);
                connection.EndSending();
                Assert.True(await connection.IsClosedAsync(), $"{port} holds a connection on which only noise has come");
            }
        }

        var grown = ProcessFigures.Memory(_processes[0].Id) - before;
        Assert.True(grown < 64 * Megabyte, $"{grown / Megabyte} MiB for some noise");

        // All three still talk with one another.
        await _client.AskAsync("INSERT INTO shop.cart (id, v) VALUES (2, 'tea')", ConsistencyLevel.All);
        Assert.All(_processes, process => Assert.False(process.HasExited));
        Assert.DoesNotContain(_processes.SelectMany(process => process.Lines), line => line.Contains("crit:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_that_say_nothing_are_closed_when_their_time_is_over_and_hold_no_peer_up()
    {
        var silent = new List<RawConnection>();
        for (var i = 0; i < 1_500; i++)
        {
            try
            {
                silent.Add(await RawConnection.OpenAsync(_nodes[0].Peer));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Over the share of connections, closed before this side knew that it was open.
            }
        }

        Assert.InRange(silent.Count, 1_000, 1_500);
        await _client.EventuallyAsync("INSERT INTO shop.cart (id, v) VALUES (3, 'tea')", ConsistencyLevel.All);
        Assert.All(await Task.WhenAll(silent.Select(connection => connection.IsClosedAsync())), Assert.True);
        await _client.AskAsync("INSERT INTO shop.cart (id, v) VALUES (4, 'tea')", ConsistencyLevel.All);
        silent.ForEach(connection => connection.Dispose());
    }

    private static async Task SendIfTakenAsync(RawConnection connection, byte[] bytes)
    {
        try
        {
            await connection.SendAsync(bytes);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed before all was sent.
        }
    }
}
