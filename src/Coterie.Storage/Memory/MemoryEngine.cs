using System.Buffers;

namespace Coterie.Storage.Memory;

/// <summary>
/// The engine of the simulator and of a cluster inside a unit test. Keeps the contract that RocksDB keeps, and can crash: see <see cref="MemoryDisk"/>.
/// </summary>
/// <remarks>
/// As in RocksDB, a batch becomes visible when its commit ends, never before. No threads: a sync is a delay on the given clock, so the
/// whole engine runs on whatever scheduler its caller runs on. After <see cref="MemoryDisk.Crash"/> a commit under way never completes, like a call
/// in a process that is gone.
/// </remarks>
public sealed class MemoryEngine : IStorageEngine
{
    private readonly MemoryDisk _disk;
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _syncLatency;
    private readonly RowMergeFunction _merge;
    private readonly int _generation;
    private StorageFailedException? _failure;
    private bool _disposed;

    /// <param name="disk">What outlives this engine.</param>
    /// <param name="time">The clock that syncs take their time from.</param>
    /// <param name="syncLatency">How long the next sync takes, asked once a commit. Zero: it completes at once.</param>
    /// <param name="merge">The join of <see cref="StorageArea.Data"/>.</param>
    public MemoryEngine(MemoryDisk disk, TimeProvider time, Func<TimeSpan> syncLatency, RowMergeFunction merge)
    {
        _disk = disk;
        _time = time;
        _syncLatency = syncLatency;
        _merge = merge;
        _generation = disk.Open();
    }

    private bool IsCutOff => _disk.Generation != _generation;

    public async ValueTask CommitAsync(StorageBatch batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new StorageFailedException(_failure.Message, _failure);
        }

        await ContinueUnlessCutOffAsync();
        if (_disk.NoSpace && (batch.Count > 0 || !batch.IsSynced))
        {
            throw new StorageFullException("No space left on the simulated disk.");
        }

        var id = _disk.Append(batch, _merge);
        if (!batch.IsSynced)
        {
            _disk.ShowThrough(id);
            return;
        }

        var latency = _syncLatency();
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, _time);
            await ContinueUnlessCutOffAsync();
        }

        if (_disk.FailNextSync)
        {
            _disk.FailNextSync = false;
            _disk.SyncFailed();
            _failure = new StorageFailedException("The sync of the simulated disk failed.");
            throw _failure;
        }

        _disk.SyncThrough(id);
    }

    public GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly)
    {
        ThrowIfClosed();
        if (cachedOnly && _disk.IsCold is { } isCold && isCold())
        {
            return GetResult.NotCached;
        }

        if (_disk.IsDamaged is { } isDamaged && isDamaged(area, key.ToArray()))
        {
            throw new StorageCorruptException($"Damaged bytes on the simulated disk, area {area}, key {Convert.ToHexString(key)}.");
        }

        var value = MemoryMap.Find(_disk.Map(area), key);
        if (value is null)
        {
            return GetResult.Absent;
        }

        destination.Write(value);
        return GetResult.Found;
    }

    public IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        ThrowIfClosed();
        var cursor = new MemoryCursor(_disk.Map(area), lower, upper, reverse);
        return _disk.IsDamaged is null ? cursor : new DamagedCursor(cursor, area, _disk);
    }

    public bool TrySchedule(IStorageWork work)
    {
        ThrowIfClosed();
        work.Run();
        return true;
    }

    public long ApproximateBytes() => _disk.Bytes;

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_disposed || IsCutOff, this);

    // A commit of a process that is gone stays where it was: it must neither reach the disk nor be answered.
    private Task ContinueUnlessCutOffAsync() => IsCutOff ? new TaskCompletionSource().Task : Task.CompletedTask;

    private sealed class DamagedCursor(MemoryCursor cursor, StorageArea area, MemoryDisk disk) : IStorageCursor
    {
        public ReadOnlySpan<byte> Key => cursor.Key;

        public ReadOnlySpan<byte> Value => cursor.Value;

        public bool MoveNext()
        {
            if (!cursor.MoveNext())
            {
                return false;
            }

            if (disk.IsDamaged is { } isDamaged && isDamaged(area, cursor.Key.ToArray()))
            {
                throw new StorageCorruptException($"Damaged bytes on the simulated disk, area {area}, key {Convert.ToHexString(cursor.Key)}.");
            }

            return true;
        }

        public void Dispose() => cursor.Dispose();
    }
}
