using System.Buffers;
using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Host.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Host.Tests;

public sealed class SocketNetworkTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly SocketNetwork _network = new(NullLoggerFactory.Instance, TimeProvider.System);

    public void Dispose() => _network.Dispose();

    [Fact]
    public async Task Bytes_go_there_and_back()
    {
        var address = FreeAddress.Take();
        await using var listener = await _network.ListenAsync(address, EchoAsync, default);
        await using var client = await _network.ConnectAsync(Loopback, address, default);

        await client.Output.WriteAsync("hello"u8.ToArray());
        var back = await client.Input.ReadAtLeastAsync(5).AsTask().WaitAsync(Deadline);

        Assert.Equal("hello"u8.ToArray(), back.Buffer.ToArray());
        client.Abort();
    }

    [Fact]
    public async Task An_outgoing_connection_comes_from_the_nodes_own_address()
    {
        var address = FreeAddress.Take();
        var seen = new TaskCompletionSource<IPEndPoint>();
        await using var listener = await _network.ListenAsync(
            address,
            connection =>
            {
                seen.SetResult(connection.RemoteEndPoint);
                return Task.CompletedTask;
            },
            default);

        await using var client = await _network.ConnectAsync(IPEndPoint.Parse("127.0.0.1:7000"), address, default);

        Assert.Equal(IPAddress.Loopback, (await seen.Task.WaitAsync(Deadline)).Address);
        Assert.Equal(IPAddress.Loopback, client.LocalEndPoint.Address);
        Assert.NotEqual(7000, client.LocalEndPoint.Port);
        client.Abort();
    }

    [Fact]
    public async Task A_taken_address_is_an_IO_error_that_names_it()
    {
        var address = FreeAddress.Take();
        await using var listener = await _network.ListenAsync(address, EchoAsync, default);

        var error = await Assert.ThrowsAsync<IOException>(async () => await _network.ListenAsync(address, EchoAsync, default));

        Assert.Contains(address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_connection_is_an_IO_error_that_names_the_address()
    {
        var address = FreeAddress.Take();

        var error = await Assert.ThrowsAsync<IOException>(async () => await _network.ConnectAsync(Loopback, address, default));

        Assert.Contains(address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aborting_ends_a_pending_read_on_both_sides_without_a_cancellation()
    {
        var address = FreeAddress.Take();
        var serverRead = new TaskCompletionSource<string>();
        await using var listener = await _network.ListenAsync(address, async connection => serverRead.SetResult(await ReadEndAsync(connection)), default);
        await using var client = await _network.ConnectAsync(Loopback, address, default);
        var clientRead = ReadEndAsync(client);

        client.Abort();
        client.Abort();

        Assert.Contains(await clientRead.WaitAsync(Deadline), new[] { "end", "IOException" });
        Assert.Contains(await serverRead.Task.WaitAsync(Deadline), new[] { "end", "IOException" });
    }

    [Fact]
    public async Task Disposing_the_listener_aborts_what_is_open_and_waits_for_the_handlers()
    {
        var address = FreeAddress.Take();
        var entered = new TaskCompletionSource();
        var left = false;
        var listener = await _network.ListenAsync(
            address,
            async connection =>
            {
                entered.SetResult();
                await ReadEndAsync(connection);
                left = true;
            },
            default);
        await using var client = await _network.ConnectAsync(Loopback, address, default);
        await entered.Task.WaitAsync(Deadline);

        await listener.DisposeAsync().AsTask().WaitAsync(Deadline);

        Assert.True(left);
        await Assert.ThrowsAsync<IOException>(async () => await _network.ConnectAsync(Loopback, address, default));
        client.Abort();
    }

    [Fact]
    public async Task A_handler_that_fails_costs_only_its_own_connection()
    {
        var address = FreeAddress.Take();
        var first = true;
        await using var listener = await _network.ListenAsync(
            address,
            connection =>
            {
                if (first)
                {
                    first = false;
                    throw new InvalidOperationException("broken");
                }

                return EchoAsync(connection);
            },
            default);
        await using (var broken = await _network.ConnectAsync(Loopback, address, default))
        {
            await ReadEndAsync(broken).WaitAsync(Deadline);
        }

        await using var client = await _network.ConnectAsync(Loopback, address, default);
        await client.Output.WriteAsync(new byte[] { 1 });
        var back = await client.Input.ReadAsync().AsTask().WaitAsync(Deadline);

        Assert.Equal(1, back.Buffer.Length);
        client.Abort();
    }

    [Fact]
    public async Task Flushing_waits_while_the_peer_does_not_read()
    {
        var address = FreeAddress.Take();
        var release = new TaskCompletionSource();
        await using var listener = await _network.ListenAsync(
            address,
            async connection =>
            {
                await release.Task;
                await ReadEndAsync(connection);
            },
            default);
        await using var client = await _network.ConnectAsync(Loopback, address, default);
        var block = new byte[1024 * 1024];
        var blocked = false;
        for (var i = 0; i < 64 && !blocked; i++)
        {
            // What the kernel takes on loopback is a few MiB; far less than this loop offers.
            var flush = client.Output.WriteAsync(block).AsTask();
            blocked = await Task.WhenAny(flush, Task.Delay(500)) != flush;
        }

        Assert.True(blocked);
        client.Abort();
        release.SetResult();
    }

    private static IPEndPoint Loopback => new(IPAddress.Loopback, 0);

    private static async Task EchoAsync(INetworkConnection connection)
    {
        while (true)
        {
            var read = await connection.Input.ReadAsync();
            foreach (var segment in read.Buffer)
            {
                connection.Output.Write(segment.Span);
            }

            connection.Input.AdvanceTo(read.Buffer.End);
            await connection.Output.FlushAsync();
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<string> ReadEndAsync(INetworkConnection connection)
    {
        try
        {
            while (true)
            {
                var read = await connection.Input.ReadAsync();
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return "end";
                }
            }
        }
        catch (IOException)
        {
            return "IOException";
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }
}
