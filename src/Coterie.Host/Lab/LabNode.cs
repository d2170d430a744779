using System.Net;
using Coterie.Host.CqlClient;

namespace Coterie.Host.Lab;

/// <summary>A node as a driver has it: some connections, each opened again when it is lost.</summary>
internal sealed class LabNode : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly IPEndPoint _server;
    private readonly PipelinedConnection?[] _connections;
    private readonly Task[] _keeping;
    private readonly CancellationTokenSource _stopping = new();

    public LabNode(IPEndPoint server, int connections)
    {
        _server = server;
        _connections = new PipelinedConnection?[connections];
        _keeping = [.. Enumerable.Range(0, connections).Select(KeepAsync)];
    }

    public int Connected => _connections.Count(static one => one is not null);

    /// <summary>Of the connections that there are; null: there is none.</summary>
    public int? InFlight
    {
        get
        {
            int? sum = null;
            foreach (var connection in _connections)
            {
                if (connection is not null)
                {
                    sum = (sum ?? 0) + connection.InFlight;
                }
            }

            return sum;
        }
    }

    /// <summary>The one with the least in flight; null: there is none.</summary>
    public PipelinedConnection? Connection
    {
        get
        {
            PipelinedConnection? best = null;
            foreach (var connection in _connections)
            {
                if (connection is not null && (best is null || connection.InFlight < best.InFlight))
                {
                    best = connection;
                }
            }

            return best;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_keeping);
        _stopping.Dispose();
    }

    private async Task KeepAsync(int index)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                patience.CancelAfter(ConnectTimeout);
                await using var connection = await PipelinedConnection.ConnectAsync(_server, patience.Token);
                Volatile.Write(ref _connections[index], connection);
                await connection.Closed.WaitAsync(_stopping.Token);
            }
            catch (Exception e) when (e is IOException or CqlErrorException or OperationCanceledException)
            {
                // It is not there, or not yet; or the lab ends.
            }

            Volatile.Write(ref _connections[index], null);
            await Task.WhenAny(Task.Delay(ReconnectPause, _stopping.Token));
        }
    }
}
