using System.Collections.Concurrent;
using System.Net.Sockets;
using Coterie.Cluster.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Network;

/// <summary>Accepts connections until it is disposed, and owns the tasks that serve them: disposing waits for every one.</summary>
internal sealed partial class SocketListener : IAsyncDisposable
{
    /// <summary>How long to wait after the system refused to accept (out of descriptors or memory), which only closing something can mend.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly SocketConnectionContextFactory _connections;
    private readonly AcceptBudget _budget;
    private readonly Func<INetworkConnection, Task> _handler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<INetworkConnection, Task> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    // On the accept loop alone: so that a lasting trouble is told once, and its end too.
    private bool _inTrouble;

    public SocketListener(
        Socket socket, SocketConnectionContextFactory connections, AcceptBudget budget, Func<INetworkConnection, Task> handler, TimeProvider time, ILogger logger)
    {
        _socket = socket;
        _connections = connections;
        _budget = budget;
        _handler = handler;
        _time = time;
        _logger = logger;
        _accepting = AcceptAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        _socket.Dispose();
        await _accepting;
        foreach (var (connection, _) in _open)
        {
            connection.Abort();
        }

        foreach (var (_, serving) in _open)
        {
            await serving;
        }

        _stopping.Dispose();
    }

    private async Task AcceptAllAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await UntilAffordableAsync();
                var accepted = await _socket.AcceptAsync(_stopping.Token);
                EndTrouble();
                Serve(accepted);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (!_stopping.IsCancellationRequested)
                {
                    BeginTrouble(e.Message);
                    await PauseAsync();
                }
            }
        }
    }

    private async Task UntilAffordableAsync()
    {
        while (_budget.IsUsedUp && !_stopping.IsCancellationRequested)
        {
            BeginTrouble("the limit on open files allows no more connections");
            await PauseAsync();
        }
    }

    private void BeginTrouble(string why)
    {
        if (!_inTrouble)
        {
            _inTrouble = true;
            LogNotAccepting(_socket.LocalEndPoint, why);
        }
    }

    private void EndTrouble()
    {
        if (_inTrouble)
        {
            _inTrouble = false;
            LogAcceptingAgain(_socket.LocalEndPoint);
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(AcceptPause, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the caller's loop sees it.
        }
    }

    private void Serve(Socket accepted)
    {
        SocketNetworkConnection connection;
        try
        {
            accepted.NoDelay = true;
            connection = new SocketNetworkConnection(_connections.Create(accepted), accepted);
        }
        catch (SocketException e)
        {
            LogResetEarly(e);
            accepted.Dispose();
            return;
        }

        _budget.Opened();

        // Entered before it runs, so that it finds itself when it ends.
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[connection] = RunAsync(connection, start.Task);
        start.SetResult();
    }

    private async Task RunAsync(SocketNetworkConnection connection, Task started)
    {
        await started;
        try
        {
            await _handler(connection);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogHandlerFailed(connection.RemoteEndPoint, e);
        }
        catch (OperationCanceledException)
        {
            // The handler was told to stop.
        }
        finally
        {
            await connection.DisposeAsync();
            _open.TryRemove(connection, out _);
            _budget.Closed();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection is accepted at {Address} for now: {Why}")]
    private partial void LogNotAccepting(System.Net.EndPoint? address, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connections are accepted again at {Address}")]
    private partial void LogAcceptingAgain(System.Net.EndPoint? address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection was reset while it waited to be accepted")]
    private partial void LogResetEarly(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Serving the connection from {Remote} failed")]
    private partial void LogHandlerFailed(System.Net.IPEndPoint remote, Exception error);
}
