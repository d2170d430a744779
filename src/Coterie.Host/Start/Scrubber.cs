using Coterie.Storage;
using Coterie.Storage.Rocks;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Start;

/// <summary>
/// Has the whole store read again now and then. When that was last is kept in the data directory, so that a node that is often restarted is scrubbed too.
/// What it finds the engine tells (<see cref="RocksEngine.Damaged"/>).
/// </summary>
internal sealed partial class Scrubber(RocksEngine engine, DataDirectory directory, TimeSpan interval, long bytesPerSecond, TimeProvider time, ILogger log) : IAsyncDisposable
{
    // A timer cannot wait for longer than some weeks.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var left = directory.LastScrub(time.GetUtcNow()) + interval - time.GetUtcNow();
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left < LongestWait ? left : LongestWait, time, _stopping.Token);
                }
                else
                {
                    // A thread of its own: it reads for hours, and waits between.
                    await Task.Factory.StartNew(Scrub, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                    await NoteAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>What cannot be noted now, on a full disk for one, is not a reason never to scrub again.</summary>
    private async Task NoteAsync()
    {
        try
        {
            directory.NoteScrub(time.GetUtcNow());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotScrubbed(exception.Message);
            await Task.Delay(LongestWait, time, _stopping.Token);
        }
    }

    private void Scrub()
    {
        try
        {
            var started = time.GetTimestamp();
            LogScrubbed(engine.Scrub(bytesPerSecond, _stopping.Token), time.GetElapsedTime(started));
        }
        catch (Exception exception) when (exception is StorageCorruptException or StorageFailedException or IOException)
        {
            LogNotScrubbed(exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The store was read again: {Bytes} bytes in {Elapsed}, and every block is what was written")]
    private partial void LogScrubbed(long bytes, TimeSpan elapsed);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store was not read again to its end: {Reason}")]
    private partial void LogNotScrubbed(string reason);
}
