using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Simulator.Kernel;

/// <summary>One process's way into the network.</summary>
public sealed class ProcessNetwork(SimulatedNetwork network, SimulatedProcess process) : INetwork
{
    public ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken) =>
        network.ConnectAsync(process, local, remote, cancellationToken);

    public ValueTask<IAsyncDisposable> ListenAsync(
        IPEndPoint local,
        Func<INetworkConnection, Task> handler,
        CancellationToken cancellationToken) => new(network.Listen(process, local, handler));
}
