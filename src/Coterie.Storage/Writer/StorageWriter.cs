using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Coterie.Model;
using Coterie.Storage.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Storage.Writer;

/// <summary>
/// Group commit: one loop drains whatever waits into one batch, commits it with one fsync, and only then tells each write. While a commit
/// is under way the next batch gathers in the queue, so the grouping follows the load by itself and nothing is delayed to fill a batch.
/// </summary>
/// <remarks>
/// Invariants: writes complete in the order in which they were taken; each exactly once; none as durable before the engine's commit has
/// returned; after the engine has failed none as durable ever again. A batch is synced unless the mode says otherwise and nothing in it requires it; after
/// <see cref="StopAsync"/> everything is, in every mode.
/// The loop is an async method on its caller's scheduler, without a thread or a task of its own beyond the one of the loop, and a write costs no
/// allocation: it waits in the queue as itself.
/// </remarks>
public sealed partial class StorageWriter : IStorageWriter
{
    private readonly IStorageEngine _engine;
    private readonly StorageWriterOptions _options;
    private readonly TreeLeaves? _leaves;
    private readonly ILogger _logger;
    private readonly Channel<IPendingWrite> _queue;
    private readonly StorageBatch _batch = new();
    private readonly StorageBatch _nothing = new() { IsSynced = true };
    private readonly List<IPendingWrite> _writes = [];
    private Task? _loop;
    private bool _failed;
    private bool _full;

    // There is something that the engine has taken and not synced; and that it is to be, with the next batch. Asked from elsewhere, decided on the loop.
    private bool _hasUnsynced;
    private bool _isSyncDue;

    // What Counts reports. Queued bytes change on any thread, the others on the loop alone.
    private long _queuedBytes;
    private long _refusedWrites;
    private long _durableWrites;
    private long _syncs;
    private long _syncedBytes;
    private long _fullWrites;
    private long _failedWrites;

    /// <param name="engine">Written by this loop alone.</param>
    /// <param name="options">Limits.</param>
    /// <param name="logger">Told what an operator should know.</param>
    /// <param name="leaves">Marked with whatever is written to rows; null: nobody compares this store with another.</param>
    public StorageWriter(IStorageEngine engine, StorageWriterOptions options, ILogger<StorageWriter> logger, TreeLeaves? leaves = null)
    {
        Check.That(options.QueuedWritesMax > 0 && options.QueuedBytesMax > 0 && options.BatchBytesMax > 0);
        _engine = engine;
        _options = options;
        _leaves = leaves;
        _logger = logger;
        _queue = Channel.CreateBounded<IPendingWrite>(new BoundedChannelOptions(options.QueuedWritesMax)
        {
            SingleReader = true,
            AllowSynchronousContinuations = false,
        });
    }

    /// <summary>
    /// Called once, on the loop, when the engine has failed for good: the node must stop. From then on every write completes as
    /// <see cref="WriteResult.Failed"/> and none is taken.
    /// </summary>
    public Action<StorageFailedException>? EngineFailed { get; set; }

    public StorageWriterCounts Counts => new(
        _queue.Reader.Count,
        Volatile.Read(ref _queuedBytes),
        Volatile.Read(ref _durableWrites),
        Volatile.Read(ref _syncs),
        Volatile.Read(ref _syncedBytes),
        Volatile.Read(ref _refusedWrites),
        Volatile.Read(ref _fullWrites),
        Volatile.Read(ref _failedWrites));

    /// <summary>Starts the loop on the caller's scheduler.</summary>
    public void Start()
    {
        Check.That(_loop is null);
        _loop = RunAsync();
    }

    public bool TryEnqueue(IPendingWrite write)
    {
        // A write larger than the whole queue is taken when the queue is empty: it is within its own limit, and refusing it would be for ever.
        var bytes = write.Bytes;
        var queued = Interlocked.Add(ref _queuedBytes, bytes);
        if ((queued <= _options.QueuedBytesMax || queued == bytes) && _queue.Writer.TryWrite(write))
        {
            return true;
        }

        Interlocked.Add(ref _queuedBytes, -bytes);
        Interlocked.Increment(ref _refusedWrites);
        return false;
    }

    /// <summary>What has been taken and not been synced will be soon: with the next batch, and at once if there is none. Nothing to do: returns.</summary>
    public void RequestSync()
    {
        if (Volatile.Read(ref _hasUnsynced))
        {
            Volatile.Write(ref _isSyncDue, true);

            // If there is no room for it, there are others to come.
            _queue.Writer.TryWrite(Nudge.Instance);
        }
    }

    /// <summary>Takes no more writes, commits those that were taken, syncs, and completes when the last of them has been told.</summary>
    public Task StopAsync()
    {
        _queue.Writer.TryComplete();
        return _loop ?? Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (FillBatch())
            {
                await CommitBatchAsync();
            }
        }

        if (_hasUnsynced && !_failed)
        {
            _batch.Clear();
            Volatile.Write(ref _isSyncDue, true);
            if (await CommitToEngineAsync() == WriteResult.Full)
            {
                Fail(new StorageFailedException("What was acknowledged before could not be synced: the disk is full."));
            }
        }
    }

    /// <summary>False if nothing waits.</summary>
    private bool FillBatch()
    {
        _batch.Clear();
        _writes.Clear();
        var any = false;
        while (_batch.Bytes < _options.BatchBytesMax && _queue.Reader.TryRead(out var write))
        {
            any = true;
            Interlocked.Add(ref _queuedBytes, -write.Bytes);
            Append(write);
        }

        return any;
    }

    private void Append(IPendingWrite write)
    {
        var count = _batch.Count;
        var bytes = _batch.Bytes;
        try
        {
            write.AppendTo(_batch);
            _writes.Add(write);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One write that cannot be put into bytes must not take its neighbours with it.
            _batch.Rewind(count, bytes);
            LogBrokenWrite(exception);
            _failedWrites++;
            write.Completed(WriteResult.Failed);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CommitBatchAsync()
    {
        if (_writes.Count == 0)
        {
            return;
        }

        var result = _failed ? WriteResult.Failed : await CommitToEngineAsync();
        if (result == WriteResult.Full && Volatile.Read(ref _isSyncDue) && Volatile.Read(ref _hasUnsynced))
        {
            // What was acknowledged before must not wait until there is space: on a full disk the next batch fares no better.
            await SyncAsync();
        }

        CompleteAll(result);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult> CommitToEngineAsync()
    {
        try
        {
            _leaves?.Finish(_batch);
            _batch.IsSynced = _options.Sync == SyncMode.Group || _batch.MustBeSynced || Volatile.Read(ref _isSyncDue);
            var commit = _engine.CommitAsync(_batch);
            _leaves?.NoteRecent(_batch);
            await commit;
            _leaves?.Finished(durable: true);
            NoteSync(_batch.IsSynced);
            Volatile.Write(ref _syncedBytes, _syncedBytes + _batch.Bytes);
            if (_batch.Count > 0)
            {
                NoteSpace(null);
            }

            return WriteResult.Durable;
        }
        catch (StorageFullException exception)
        {
            _leaves?.Finished(durable: false);
            NoteSpace(exception);
            return WriteResult.Full;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return WriteResult.Failed;
        }
    }

    private async Task SyncAsync()
    {
        try
        {
            await _engine.CommitAsync(_nothing);
            NoteSync(isSynced: true);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void NoteSync(bool isSynced)
    {
        Volatile.Write(ref _hasUnsynced, !isSynced);
        if (isSynced)
        {
            Volatile.Write(ref _isSyncDue, false);
            Volatile.Write(ref _syncs, _syncs + 1);
        }
    }

    private void CompleteAll(WriteResult result)
    {
        ref var count = ref result == WriteResult.Durable ? ref _durableWrites : ref result == WriteResult.Full ? ref _fullWrites : ref _failedWrites;
        foreach (var write in _writes)
        {
            Volatile.Write(ref count, count + (write is Nudge ? 0 : 1));
            write.Completed(result);
        }
    }

    // Logs the change, not every refused batch.
    private void NoteSpace(StorageFullException? full)
    {
        if (full is not null && !_full)
        {
            LogFull(full.Message);
        }
        else if (full is null && _full)
        {
            LogSpaceAgain();
        }

        _full = full is not null;
    }

    // Whatever an engine throws that is not "full" leaves it unknown what the disk holds: there is no going on from that.
    private void Fail(Exception exception)
    {
        _failed = true;
        _queue.Writer.TryComplete();
        LogFailed(exception);
        EngineFailed?.Invoke(exception as StorageFailedException ?? new StorageFailedException(exception.Message, exception));
    }

    /// <summary>A write of nothing, so that there is a batch.</summary>
    private sealed class Nudge : IPendingWrite
    {
        public static Nudge Instance { get; } = new();

        public int Bytes => 0;

        public void AppendTo(StorageBatch batch)
        {
        }

        public void Completed(WriteResult result)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A write could not be put into a batch; it fails, the others go on")]
    private partial void LogBrokenWrite(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No space: writes are refused until there is some. {Reason}")]
    private partial void LogFull(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "There is space again: writes are taken")]
    private partial void LogSpaceAgain();

    [LoggerMessage(Level = LogLevel.Critical, Message = "The storage engine has failed: no write will be acknowledged any more")]
    private partial void LogFailed(Exception exception);
}
