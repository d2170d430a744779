using Coterie.Cluster.Transport;

namespace Coterie.Simulator.Kernel;

/// <summary>A process that accepts connections at an address. Handlers run as work of that process.</summary>
internal sealed class SimulatedListener(SimulatedProcess process, Func<INetworkConnection, Task> handler, Action unlisten) : IAsyncDisposable
{
    private readonly List<(INetworkConnection Connection, Task Handler)> _open = [];

    public SimulatedProcess Process { get; } = process;

    public void Accept(INetworkConnection connection) =>
        Process.Post(() =>
        {
            _open.RemoveAll(o => o.Handler.IsCompleted);
            _open.Add((connection, handler(connection)));
        });

    public async ValueTask DisposeAsync()
    {
        unlisten();
        foreach (var (connection, _) in _open)
        {
            connection.Abort();
        }

        await Task.WhenAll(_open.Select(o => o.Handler));
    }
}
