using System.IO.Pipelines;
using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Cluster.Tests.Transport;

/// <summary>Byte streams inside the test, on real threads. Keeps what was opened, so that a test can break or damage it.</summary>
internal sealed class PipeNetwork : INetwork
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, Func<INetworkConnection, Task>> _listeners = [];
    private int _port = 40_000;

    public List<PipeConnection> Opened { get; } = [];

    /// <summary>Called for every connection made, with the side that connected; lets a test see or change its bytes.</summary>
    public Action<PipeConnection>? OnConnect { get; set; }

    public ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken)
    {
        Func<INetworkConnection, Task>? handler;
        PipeConnection near;
        PipeConnection far;
        lock (_lock)
        {
            if (!_listeners.TryGetValue(remote, out handler))
            {
                throw new IOException($"Connection to {remote} refused.");
            }

            (near, far) = PipeConnection.Pair(new IPEndPoint(local.Address, _port++), remote);
            Opened.Add(near);
        }

        OnConnect?.Invoke(near);
        _ = handler(far);
        return new ValueTask<INetworkConnection>(near);
    }

    public ValueTask<IAsyncDisposable> ListenAsync(IPEndPoint local, Func<INetworkConnection, Task> handler, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _listeners.Add(local, handler);
        }

        return new ValueTask<IAsyncDisposable>(new Listener(this, local));
    }

    public void StopListening(IPEndPoint local)
    {
        lock (_lock)
        {
            _listeners.Remove(local);
        }
    }

    public PipeConnection Last()
    {
        lock (_lock)
        {
            return Opened[^1];
        }
    }

    private sealed class Listener(PipeNetwork network, IPEndPoint local) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            network.StopListening(local);
            return ValueTask.CompletedTask;
        }
    }
}

internal sealed class PipeConnection : INetworkConnection
{
    private readonly Pipe _in;
    private readonly Pipe _out;
    private int _aborted;

    private PipeConnection(IPEndPoint local, IPEndPoint remote, Pipe input, Pipe output)
    {
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        (_in, _out) = (input, output);
    }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    public PipeReader Input => _in.Reader;

    public PipeWriter Output => _out.Writer;

    public bool IsAborted => Volatile.Read(ref _aborted) == 1;

    public static (PipeConnection Near, PipeConnection Far) Pair(IPEndPoint local, IPEndPoint remote)
    {
        var there = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var back = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var near = new PipeConnection(local, remote, back, there) { Other = null };
        var far = new PipeConnection(remote, local, there, back) { Other = near };
        near.Other = far;
        return (near, far);
    }

    public PipeConnection? Other { get; private set; }

    public void Abort()
    {
        Break();
        Other?.Break();
    }

    public ValueTask DisposeAsync()
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    private void Break()
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            _in.Reader.CancelPendingRead();
            _out.Writer.CancelPendingFlush();
        }
    }
}
