using System.Buffers;
using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Host.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Tests;

/// <summary>Real sockets, and a cable between them that is pulled out.</summary>
public sealed class PeerCableTests : IAsyncDisposable
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    private readonly SocketNetwork _network = new(NullLoggerFactory.Instance, TimeProvider.System);
    private readonly TaskCompletionSource<INetworkConnection> _accepted = new();
    private readonly TaskCompletionSource _ended = new();
    private readonly IPEndPoint _peers = FreeAddress.Take();
    private readonly PeerCable _cable;
    private IAsyncDisposable? _listener;

    public PeerCableTests() => _cable = new PeerCable(_network, _peers);

    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        _cable.Set(isOut: false);
        await (_listener?.DisposeAsync() ?? ValueTask.CompletedTask);
        _network.Dispose();
    }

    [Fact]
    public async Task What_is_sent_while_the_cable_is_out_arrives_in_order_when_it_is_back_in()
    {
        var (node, peer) = await ConnectAsync();
        await peer.Output.WriteAsync("a"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("a", await ReadAsync(node, 1));

        _cable.Set(isOut: true);
        await peer.Output.WriteAsync("b"u8.ToArray(), TestContext.Current.CancellationToken);
        await peer.Output.WriteAsync("c"u8.ToArray(), TestContext.Current.CancellationToken);
        var reading = ReadAsync(node, 2);
        var writing = node.Output.WriteAsync("d"u8.ToArray(), TestContext.Current.CancellationToken).AsTask();
        var heard = ReadAsync(peer, 1);
        Assert.False(node.Input.TryRead(out _));
        Assert.False(reading.IsCompleted || writing.IsCompleted || heard.IsCompleted);

        _cable.Set(isOut: false);
        Assert.Equal("bc", await reading);
        await writing;
        Assert.Equal("d", await heard);
    }

    [Fact]
    public async Task A_connection_that_is_broken_while_the_cable_is_out_does_not_wait_for_it()
    {
        var (node, _) = await ConnectAsync();
        _cable.Set(isOut: true);
        var reading = node.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        node.Abort();
        try
        {
            Assert.True((await reading).IsCompleted);
        }
        catch (IOException)
        {
            // That is as good an end.
        }
    }

    [Fact]
    public async Task Who_connects_while_the_cable_is_out_waits_and_may_give_up()
    {
        await ListenAsync();
        _cable.Set(isOut: true);
        using var patience = new CancellationTokenSource();
        var given = _cable.ConnectAsync(Anywhere, _peers, patience.Token).AsTask();
        var patient = _cable.ConnectAsync(Anywhere, _peers, TestContext.Current.CancellationToken).AsTask();
        patience.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(patient.IsCompleted);

        _cable.Set(isOut: false);
        await using var connection = await patient;
        connection.Abort();
    }

    [Fact]
    public async Task Clients_are_not_cut_off()
    {
        _cable.Set(isOut: true);
        var clients = FreeAddress.Take();
        await using var listener = await _cable.ListenAsync(
            clients,
            static async connection =>
            {
                await connection.Output.WriteAsync("hello"u8.ToArray());
                await connection.Input.ReadAsync();
            },
            TestContext.Current.CancellationToken);
        await using var client = await _network.ConnectAsync(Anywhere, clients, TestContext.Current.CancellationToken);
        Assert.Equal("hello", await ReadAsync(client, 5));
        client.Abort();
    }

    private static async Task<string> ReadAsync(INetworkConnection connection, int bytes)
    {
        var result = await connection.Input.ReadAtLeastAsync(bytes, TestContext.Current.CancellationToken);
        var text = System.Text.Encoding.ASCII.GetString(result.Buffer.ToArray());
        connection.Input.AdvanceTo(result.Buffer.End);
        return text;
    }

    private async Task ListenAsync() => _listener = await _cable.ListenAsync(
        _peers,
        connection =>
        {
            _accepted.TrySetResult(connection);
            return _ended.Task;
        },
        TestContext.Current.CancellationToken);

    /// <summary>The node's end, which has the cable, and the other's.</summary>
    private async Task<(INetworkConnection Node, INetworkConnection Peer)> ConnectAsync()
    {
        await ListenAsync();
        var peer = await _network.ConnectAsync(Anywhere, _peers, TestContext.Current.CancellationToken);
        return (await _accepted.Task, peer);
    }
}
