using System.IO.Pipelines;
using System.Net;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Where byte streams come from: sockets in production, the simulated network in the simulator. Used for CQL and between nodes.
/// </summary>
public interface INetwork
{
    /// <exception cref="System.IO.IOException">Refused, unreachable or timed out.</exception>
    ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken);

    /// <summary>
    /// Accepts connections until the listener is disposed. The handler owns the connection and runs until it is done with it;
    /// disposing the listener aborts what is open and waits for the handlers.
    /// </summary>
    /// <exception cref="System.IO.IOException">The address cannot be bound; the message names it.</exception>
    ValueTask<IAsyncDisposable> ListenAsync(IPEndPoint local, Func<INetworkConnection, Task> handler, CancellationToken cancellationToken);
}

/// <summary>An ordered stream of bytes both ways. Reads end, or throw <see cref="System.IO.IOException"/>, when the other side is gone.</summary>
public interface INetworkConnection : IAsyncDisposable
{
    IPEndPoint LocalEndPoint { get; }

    IPEndPoint RemoteEndPoint { get; }

    PipeReader Input { get; }

    /// <summary>Its <c>FlushAsync</c> waits while the peer does not read: back pressure.</summary>
    PipeWriter Output { get; }

    /// <summary>Breaks the connection at once, without flushing. Safe from any thread, any number of times.</summary>
    void Abort();
}
