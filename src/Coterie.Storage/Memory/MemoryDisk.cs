using Coterie.Model;

namespace Coterie.Storage.Memory;

/// <summary>
/// What outlives the process in a simulated node: the synced state, and the batches that have been written but not yet synced.
/// A crash loses a suffix of the latter, which may be visible already if nobody waited for their sync; a restarted node opens a new engine over the same disk.
/// </summary>
/// <remarks>
/// The switches are the faults that the engine's contract speaks of. Set them from the outside at any moment; they hold until reset.
/// </remarks>
public sealed class MemoryDisk
{
    private readonly Lock _lock = new();

    // Oldest first. Invariant: a batch leaves the list only together with all older ones, into the synced state or, by a crash, into nothing.
    private readonly List<UnsyncedBatch> _unsynced = [];
    private volatile State _state = new(new MemoryMap?[StorageAreas.Count]);
    private State _synced = new(new MemoryMap?[StorageAreas.Count]);
    private long _nextBatch;
    private bool _hasSyncFailed;

    /// <summary>Commits are refused with <see cref="StorageFullException"/>; nothing of them is applied.</summary>
    public bool NoSpace { get; set; }

    /// <summary>The next sync fails, and with it the engine: <see cref="StorageFailedException"/> until the disk is opened again.</summary>
    public bool FailNextSync { get; set; }

    /// <summary>Reads of keys for which it is true meet damaged bytes: <see cref="StorageCorruptException"/>.</summary>
    public Func<StorageArea, byte[], bool>? IsDamaged { get; set; }

    /// <summary>Asked at each read with <c>cachedOnly</c>; true makes it <see cref="GetResult.NotCached"/>, so that the cold path is walked too.</summary>
    public Func<bool>? IsCold { get; set; }

    /// <summary>Batches written and not yet synced.</summary>
    public int UnsyncedBatches
    {
        get
        {
            lock (_lock)
            {
                return _unsynced.Count;
            }
        }
    }

    /// <summary>Counts openings and crashes: an engine of an older generation no longer reaches the disk.</summary>
    internal int Generation { get; private set; }

    /// <summary>
    /// Power loss or <c>kill -9</c>: of the unsynced batches the oldest few, chosen by <paramref name="random"/>, survive; engines opened before are cut off.
    /// </summary>
    /// <param name="isMachineDown">False: the system goes on, and with it everything that a commit has given to it, synced or not, unless a sync has failed.</param>
    /// <returns>How many unsynced batches were lost.</returns>
    public int Crash(Random random, bool isMachineDown = true)
    {
        ArgumentNullException.ThrowIfNull(random);
        lock (_lock)
        {
            Generation++;
            var least = isMachineDown || _hasSyncFailed ? 0 : _unsynced.TakeWhile(static batch => batch.After is not null).Count();
            var kept = least + random.Next(_unsynced.Count - least + 1);
            var lost = _unsynced.Count - kept;
            if (kept > 0)
            {
                SyncThrough(_unsynced[kept - 1].Id);
            }

            _unsynced.Clear();
            _state = _synced;
            FailNextSync = false;
            _hasSyncFailed = false;
            return lost;
        }
    }

    /// <summary>Another disk with what this one would have after a loss of power now: a copy that somebody made of the data.</summary>
    public MemoryDisk Copy()
    {
        lock (_lock)
        {
            return new MemoryDisk { _state = _synced, _synced = _synced };
        }
    }

    internal int Open()
    {
        lock (_lock)
        {
            // A process that opens the log reads what is there: whatever an earlier one wrote and did not lose by a crash.
            if (_unsynced.Count > 0)
            {
                SyncThrough(_unsynced[^1].Id);
            }

            return ++Generation;
        }
    }

    internal MemoryMap? Map(StorageArea area) => _state.Areas[(int)area];

    internal long Bytes => _state.Areas.Sum(MemoryMap.Bytes);

    internal long Append(StorageBatch batch, RowMergeFunction merge)
    {
        lock (_lock)
        {
            var id = _nextBatch++;
            _unsynced.Add(new UnsyncedBatch(id, batch.Copy(), merge));
            return id;
        }
    }

    /// <summary>From now on the system may forget at any time what has not been synced: it takes it for written.</summary>
    internal void SyncFailed() => _hasSyncFailed = true;

    /// <summary>What a write to the system does: everything up to the batch can be read.</summary>
    internal void ShowThrough(long id)
    {
        lock (_lock)
        {
            foreach (var batch in _unsynced.TakeWhile(batch => batch.Id <= id).Where(static batch => batch.After is null))
            {
                batch.After = _state = _state.Apply(batch);
            }
        }
    }

    /// <summary>What an fsync does: everything up to the batch is now in the synced state.</summary>
    internal void SyncThrough(long id)
    {
        lock (_lock)
        {
            ShowThrough(id);
            var count = _unsynced.TakeWhile(batch => batch.Id <= id).Count();
            _synced = count > 0 ? _unsynced[count - 1].After! : _synced;
            _unsynced.RemoveRange(0, count);
        }
    }

    private sealed record UnsyncedBatch(long Id, StorageBatch Batch, RowMergeFunction Merge)
    {
        /// <summary>What can be read since; null: it cannot be read yet.</summary>
        public State? After { get; set; }
    }

    /// <summary>All areas as of one batch. Replaced whole, so that a reader sees all of a batch or nothing.</summary>
    private sealed record State(MemoryMap?[] Areas)
    {
        public State Apply(UnsyncedBatch unsynced)
        {
            var areas = (MemoryMap?[])Areas.Clone();
            foreach (var item in unsynced.Batch)
            {
                ref var map = ref areas[(int)item.Area];
                map = Apply(map, item, unsynced.Merge);
            }

            return new State(areas);
        }

        private static MemoryMap? Apply(MemoryMap? map, in StorageBatch.Item item, RowMergeFunction merge)
        {
            switch (item.Operation)
            {
                case BatchOperation.Put:
                    return MemoryMap.Set(map, item.Key.ToArray(), item.Value.ToArray());
                case BatchOperation.Merge or BatchOperation.MergeSettled:
                    Check.That(item.Area == StorageArea.Data);
                    return MemoryMap.Set(map, item.Key.ToArray(), Merged(MemoryMap.Find(map, item.Key), item.Value, merge));
                case BatchOperation.Delete:
                    return MemoryMap.Remove(map, item.Key);
                case BatchOperation.DeleteRange:
                    return MemoryMap.RemoveRange(map, item.Key, item.Value);
                default:
                    throw new BrokenInvariantException($"unknown batch operation {item.Operation}");
            }
        }

        private static byte[] Merged(byte[]? existing, ReadOnlySpan<byte> operand, RowMergeFunction merge)
        {
            if (existing is null)
            {
                return operand.ToArray();
            }

            var joined = new System.Buffers.ArrayBufferWriter<byte>(existing.Length + operand.Length);
            merge(existing, operand, joined);
            return joined.WrittenSpan.ToArray();
        }
    }
}
