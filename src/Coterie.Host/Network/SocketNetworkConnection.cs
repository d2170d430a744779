using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Coterie.Cluster.Transport;
using Microsoft.AspNetCore.Connections;

namespace Coterie.Host.Network;

/// <summary>One TCP connection.</summary>
/// <remarks>
/// <see cref="Abort"/> shuts the socket down rather than calling Kestrel's <c>Abort</c>: that one fails pending reads with an
/// <see cref="OperationCanceledException"/>, while the contract is that they end, or throw <see cref="IOException"/>.
/// </remarks>
internal sealed class SocketNetworkConnection(ConnectionContext context, Socket socket) : INetworkConnection
{
    public IPEndPoint LocalEndPoint { get; } = (IPEndPoint)context.LocalEndPoint!;

    public IPEndPoint RemoteEndPoint { get; } = (IPEndPoint)context.RemoteEndPoint!;

    public PipeReader Input { get; } = context.Transport.Input;

    public PipeWriter Output { get; } = context.Transport.Output;

    public void Abort()
    {
        try
        {
            // A reset instead of an orderly end, so that what is still in the kernel's buffers is dropped with the connection.
            socket.LingerState = new LingerOption(true, 0);
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already gone, which is what was asked for.
        }
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
