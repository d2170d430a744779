using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Host.Network;

/// <summary>
/// The network with a cable to the other nodes that a lab can pull out: nothing that this node sends to them leaves it, nothing of theirs arrives, and nobody is told,
/// as with a partition. What was on its way arrives when the cable is back in, as TCP would send it again. Clients are not cut off. Safe from any thread.
/// </summary>
/// <param name="network">What carries the bytes.</param>
/// <param name="peers">Where this node listens for the others. Whatever it connects to is another node, too.</param>
public sealed class PeerCable(INetwork network, IPEndPoint peers) : INetwork
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _out;

    public bool IsOut => Volatile.Read(ref _out) is not null;

    /// <summary>Nothing if it is so already.</summary>
    public void Set(bool isOut)
    {
        TaskCompletionSource? before;
        lock (_gate)
        {
            before = _out;
            Volatile.Write(ref _out, !isOut ? null : before ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        if (!isOut)
        {
            before?.SetResult();
        }
    }

    public async ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken)
    {
        await InAsync(cancellationToken);
        return new CabledConnection(this, await network.ConnectAsync(local, remote, cancellationToken));
    }

    public ValueTask<IAsyncDisposable> ListenAsync(IPEndPoint local, Func<INetworkConnection, Task> handler, CancellationToken cancellationToken) =>
        network.ListenAsync(local, local.Equals(peers) ? connection => handler(new CabledConnection(this, connection)) : handler, cancellationToken);

    /// <summary>Completes when the cable is in.</summary>
    /// <exception cref="OperationCanceledException">It was not waited for any longer.</exception>
    internal async ValueTask InAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _out) is { } isOut)
        {
            await isOut.Task.WaitAsync(cancellationToken);
        }
    }
}
