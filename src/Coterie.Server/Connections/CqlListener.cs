using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Model;

namespace Coterie.Server.Connections;

/// <summary>
/// Accepts clients, knows all connections, and looks after them in one sweep a second: one timer for ten thousand idle connections, not
/// ten thousand timers. Ends those that do not begin in time and those that do not read.
/// </summary>
internal sealed class CqlListener(ConnectionServices services, ListenerOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, CqlConnection> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private IAsyncDisposable? _listening;
    private Task _sweeping = Task.CompletedTask;
    private TaskCompletionSource? _empty;
    private long _nextId;
    private bool _isStopping;

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public async Task StartAsync(INetwork network, IPEndPoint address, CancellationToken cancellationToken)
    {
        _listening = await network.ListenAsync(address, ServeAsync, cancellationToken);
        _sweeping = SweepAsync();
        services.Log.Listening(address);
    }

    /// <summary>Sends an event's frame to every connection that asked for events of its type.</summary>
    public void Publish(Protocol.EventTypes type, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            foreach (var connection in _connections.Values)
            {
                if ((connection.Session.Events & type) != 0)
                {
                    connection.Push(frame);
                }
            }
        }
    }

    /// <summary>Takes no more clients, lets what is in flight be answered for a while, then breaks what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            _isStopping = true;
        }

        var empty = StoppedAsync();
        try
        {
            await empty.WaitAsync(options.DrainTimeout, services.Time);
        }
        catch (TimeoutException)
        {
            AbortAll();
        }

        _stopping.Cancel();
        await _sweeping;
        if (_listening is not null)
        {
            await _listening.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async Task ServeAsync(INetworkConnection transport)
    {
        var connection = new CqlConnection(transport, services);
        if (!TryAdd(connection, out var id))
        {
            transport.Abort();
            await transport.DisposeAsync();
            return;
        }

        services.Counters.ConnectionOpened();
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            services.Counters.ConnectionClosed();
            Remove(id);
        }
    }

    private bool TryAdd(CqlConnection connection, out long id)
    {
        int count;
        lock (_gate)
        {
            id = _nextId++;
            count = _connections.Count;
            if (!_isStopping && count < options.ConnectionsMax)
            {
                _connections.Add(id, connection);
                return true;
            }
        }

        services.Counters.ConnectionRefused();
        if (count >= options.ConnectionsMax)
        {
            services.Log.TooManyConnections(connection.RemoteEndPoint, count);
        }

        return false;
    }

    private void Remove(long id)
    {
        TaskCompletionSource? empty = null;
        lock (_gate)
        {
            _connections.Remove(id);
            if (_connections.Count == 0)
            {
                empty = _empty;
            }
        }

        empty?.TrySetResult();
    }

    /// <summary>A task of its own for <c>WaitAsync</c>: a source that continues asynchronously hands combinators to the thread pool.</summary>
    private async Task StoppedAsync() => await StopConnections();

    private Task StopConnections()
    {
        CqlConnection[] open;
        lock (_gate)
        {
            open = [.. _connections.Values];
            if (open.Length == 0)
            {
                return Task.CompletedTask;
            }

            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        foreach (var connection in open)
        {
            connection.Stop();
        }

        return _empty.Task;
    }

    private void AbortAll()
    {
        foreach (var connection in Snapshot())
        {
            connection.Abort();
        }
    }

    private CqlConnection[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _connections.Values];
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(options.SweepPeriod, services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (var connection in Snapshot())
                {
                    Sweep(connection);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The listener stops.
        }
    }

    private void Sweep(CqlConnection connection)
    {
        if (connection.IsDropped)
        {
            return;
        }

        if (!connection.Session.IsReady && services.Time.GetElapsedTime(connection.OpenedAt) >= options.HandshakeDeadline)
        {
            services.Log.DidNotBegin(connection.RemoteEndPoint, options.HandshakeDeadline);
        }
        else if (connection.StalledFor >= options.UnreadDeadline)
        {
            services.Log.ClientDoesNotRead(connection.RemoteEndPoint);
        }
        else if (connection.ArrivingFor >= options.FrameDeadline)
        {
            services.Log.FrameDoesNotArrive(connection.RemoteEndPoint, options.FrameDeadline);
        }
        else
        {
            return;
        }

        connection.Drop();
    }
}

/// <summary>The limits in time and number of a node's CQL connections.</summary>
public sealed record ListenerOptions
{
    public int ConnectionsMax { get; init; } = Limits.CqlConnectionsMax;

    /// <summary>From the connection to READY.</summary>
    public TimeSpan HandshakeDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a flush may wait for a client that does not read.</summary>
    public TimeSpan UnreadDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a large frame may take to arrive: it holds memory that others need.</summary>
    public TimeSpan FrameDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests in flight are waited for when the node stops. Longer than the longest request takes.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(12);

    public TimeSpan SweepPeriod { get; init; } = TimeSpan.FromSeconds(1);
}
