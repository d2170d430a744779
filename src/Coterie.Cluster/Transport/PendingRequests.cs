namespace Coterie.Cluster.Transport;

/// <summary>A request that has been taken out of the table: who waits for its answer.</summary>
internal readonly record struct PendingReply(IReplySink Sink, int Slot);

/// <summary>
/// The requests of one connection that wait for an answer, in a slab: no object per request. A request id is a place in the slab and the
/// place's generation, so an answer to a request that has been given up meets a later generation and is dropped.
/// </summary>
/// <remarks>
/// Invariant: each added request is taken exactly once: by its answer, by its deadline, or by <see cref="Close"/>. Whoever takes it answers
/// its sink, never under the lock.
/// </remarks>
internal sealed class PendingRequests(int countMax)
{
    private const int InitialEntries = 64;
    private const int NoEntry = -1;

    private readonly Lock _lock = new();
    private Entry[] _entries = new Entry[InitialEntries];
    private int _used;
    private int _free = NoEntry;
    private int _count;
    private long _earliest = long.MaxValue;
    private bool _closed;

    public int Count => Volatile.Read(ref _count);

    public AppendResult TryAdd(IReplySink sink, int slot, long deadline, out ulong id)
    {
        id = 0;
        lock (_lock)
        {
            if (_closed)
            {
                return AppendResult.Closed;
            }

            if (_count == countMax)
            {
                return AppendResult.Full;
            }

            var index = TakeFreeEntry();
            ref var entry = ref _entries[index];
            entry.Sink = sink;
            entry.Slot = slot;
            entry.Deadline = deadline;
            entry.Generation++;
            _count++;
            _earliest = Math.Min(_earliest, deadline);
            id = ((ulong)entry.Generation << 32) | (uint)index;
            return AppendResult.Appended;
        }
    }

    /// <summary>False: the request has been taken before, or never was.</summary>
    public bool TryTake(ulong id, out PendingReply reply)
    {
        var index = (uint)id;
        lock (_lock)
        {
            if (index < (uint)_used && _entries[index].Sink is not null && _entries[index].Generation == (uint)(id >> 32))
            {
                reply = Take((int)index);
                return true;
            }
        }

        reply = default;
        return false;
    }

    /// <summary>Takes all whose deadline is not after <paramref name="now"/>. Cheap as long as there is none.</summary>
    public void TakeExpired(long now, List<PendingReply> into)
    {
        lock (_lock)
        {
            if (_count == 0 || now < _earliest)
            {
                return;
            }

            _earliest = long.MaxValue;
            for (var index = 0; index < _used; index++)
            {
                if (_entries[index].Sink is null)
                {
                    continue;
                }

                if (_entries[index].Deadline <= now)
                {
                    into.Add(Take(index));
                }
                else
                {
                    _earliest = Math.Min(_earliest, _entries[index].Deadline);
                }
            }
        }
    }

    /// <summary>Takes all, and lets nothing in any more.</summary>
    public void Close(List<PendingReply> into)
    {
        lock (_lock)
        {
            _closed = true;
            for (var index = 0; index < _used; index++)
            {
                if (_entries[index].Sink is not null)
                {
                    into.Add(Take(index));
                }
            }
        }
    }

    private int TakeFreeEntry()
    {
        if (_free != NoEntry)
        {
            var index = _free;
            _free = _entries[index].NextFree;
            return index;
        }

        if (_used == _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2);
        }

        return _used++;
    }

    private PendingReply Take(int index)
    {
        ref var entry = ref _entries[index];
        var reply = new PendingReply(entry.Sink!, entry.Slot);
        entry.Sink = null;
        entry.NextFree = _free;
        _free = index;
        _count--;
        return reply;
    }

    private struct Entry
    {
        /// <summary>Null: the entry is free.</summary>
        public IReplySink? Sink;
        public int Slot;
        public uint Generation;
        public int NextFree;
        public long Deadline;
    }
}
