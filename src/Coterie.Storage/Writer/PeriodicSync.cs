namespace Coterie.Storage.Writer;

/// <summary>Has the writer sync what it has taken, each interval. For <see cref="SyncMode.Periodic"/>; a sync of nothing costs nothing.</summary>
public sealed class PeriodicSync(StorageWriter writer, TimeSpan interval, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _syncing = Task.CompletedTask;

    public void Start() => _syncing = SyncAsync();

    public async ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        await _syncing;
        _stopping.Dispose();
    }

    private async Task SyncAsync()
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                writer.RequestSync();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
