using System.Net;
using System.Net.Sockets;
using Coterie.Cluster.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Network;

/// <summary>
/// Real sockets behind <see cref="INetwork"/>: Kestrel's socket transport moves the bytes between kernel and pipes, for CQL and between
/// nodes alike. This folder is the only home of that transport.
/// </summary>
/// <remarks>
/// Kestrel's own listener is not used: when the process is out of file descriptors it accepts again at once, for ever, and burns a core.
/// <see cref="SocketListener"/> pauses instead, so accepted and outgoing sockets go through the one connection factory.
/// </remarks>
public sealed class SocketNetwork : INetwork, IDisposable
{
    private const int IpProtocolLevel = 0;
    private const int BindAddressNoPort = 24;

    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _connections;
    private readonly AcceptBudget _budget;

    /// <param name="acceptedMax">Sockets that may be open of those that were accepted, over all listeners.</param>
    public SocketNetwork(ILoggerFactory loggers, TimeProvider time, int acceptedMax = int.MaxValue)
    {
        _budget = new AcceptBudget(acceptedMax);
        _logger = loggers.CreateLogger<SocketNetwork>();
        _time = time;
        _connections = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                // One receive system call for each wake-up rather than two; it costs an idle connection one 4 KiB block.
                WaitForDataBeforeAllocatingBuffer = false,
                MaxReadBufferSize = 1024 * 1024,
                MaxWriteBufferSize = 256 * 1024,
            },
            loggers.CreateLogger("Coterie.Host.Network.Transport"));
    }

    public async ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken)
    {
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Bound to this node's own address, so that a partition between addresses (firewall rule, blackhole route) cuts it too.
            BindOutgoing(socket, local);
            await socket.ConnectAsync(remote, cancellationToken);
            return new SocketNetworkConnection(_connections.Create(socket), socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Cannot connect from {local.Address} to {remote}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<IAsyncDisposable> ListenAsync(IPEndPoint local, Func<INetworkConnection, Task> handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(local);
            socket.Listen(1024);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Cannot listen on {local}: {e.Message}", e);
        }

        return ValueTask.FromResult<IAsyncDisposable>(new SocketListener(socket, _connections, _budget, handler, _time, _logger));
    }

    public void Dispose() => _connections.Dispose();

    private static void BindOutgoing(Socket socket, IPEndPoint local)
    {
        if (OperatingSystem.IsLinux())
        {
            // The port is then chosen at connect, where only the whole four-tuple must be free.
            socket.SetRawSocketOption(IpProtocolLevel, BindAddressNoPort, [1, 0, 0, 0]);
        }

        socket.Bind(new IPEndPoint(local.Address, 0));
    }
}
