using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Coterie.Cluster.Transport;

namespace Coterie.Server.Tests.Fixtures;

/// <summary>A network inside the process: each direction of a connection is a pipe, which holds the writer back when the reader does not read.</summary>
internal sealed class MemoryNetwork : INetwork
{
    private readonly ConcurrentDictionary<IPEndPoint, Listener> _listeners = new();
    private int _nextPort = 50_000;

    public ValueTask<INetworkConnection> ConnectAsync(IPEndPoint local, IPEndPoint remote, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(remote, out var listener))
        {
            throw new IOException($"{remote} refuses the connection.");
        }

        var from = new IPEndPoint(local.Address, Interlocked.Increment(ref _nextPort));
        var out1 = new Pipe();
        var back = new Pipe();
        listener.Accept(new MemoryConnection(remote, from, out1.Reader, back.Writer, out1, back));
        return new ValueTask<INetworkConnection>(new MemoryConnection(from, remote, back.Reader, out1.Writer, out1, back));
    }

    public ValueTask<IAsyncDisposable> ListenAsync(IPEndPoint local, Func<INetworkConnection, Task> handler, CancellationToken cancellationToken)
    {
        var listener = new Listener(this, local, handler);
        if (!_listeners.TryAdd(local, listener))
        {
            throw new IOException($"{local} is in use.");
        }

        return new ValueTask<IAsyncDisposable>(listener);
    }

    private sealed class Listener(MemoryNetwork network, IPEndPoint local, Func<INetworkConnection, Task> handler) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<MemoryConnection, Task> _open = new();

        public void Accept(MemoryConnection connection) => _open[connection] = Task.Run(() => handler(connection));

        public async ValueTask DisposeAsync()
        {
            network._listeners.TryRemove(local, out _);
            foreach (var connection in _open.Keys)
            {
                connection.Abort();
            }

            await Task.WhenAll(_open.Values);
        }
    }

    private sealed class MemoryConnection(
        IPEndPoint local, IPEndPoint remote, PipeReader input, PipeWriter output, Pipe one, Pipe other) : INetworkConnection
    {
        public IPEndPoint LocalEndPoint { get; } = local;

        public IPEndPoint RemoteEndPoint { get; } = remote;

        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;

        public void Abort()
        {
            foreach (var pipe in new[] { one, other })
            {
                pipe.Writer.CancelPendingFlush();
                pipe.Writer.Complete(new IOException("The connection was broken."));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Output.CompleteAsync();
            await Input.CompleteAsync();
        }
    }
}
