using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Storage.Trees;

/// <summary>
/// The leaves of all tables, and the marks that every write leaves in them: part of the writer loop, so that data and mark are one atom.
/// See docs/decisions/0004-trees.md.
/// </summary>
/// <remarks>
/// Invariant: a leaf whose record on disk is clean holds, on disk, exactly the entries of its hash. A write to a clean leaf puts "dirty" into its own
/// batch; "clean" is put only by a batch that, like every batch since the leaf was read, has not written to it.
/// A batch that finds no space takes back its marks: nothing of it was applied, and the next write must mark again.
/// </remarks>
public sealed partial class TreeLeaves(IStorageEngine engine, TimeProvider time, TreeLeavesOptions options, ILogger<TreeLeaves> logger)
{
    private const int TableBytes = sizeof(uint);

    /// <summary>From so many writes on a leaf is cut although it is still being written to.</summary>
    private const int OversizeWrites = 2_048;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<uint, LeafIndex> _tables = [];
    private readonly RecentWrites _recent = new(time, options.RecentWindow, options.RecentMax);

    // Of the batch being filled; on the writer loop alone.
    private readonly List<ConditionalWrite> _deferred = [];
    private readonly List<Leaf> _marked = [];
    private readonly List<(LeafIndex Index, Leaf Old, IReadOnlyList<Leaf> New)> _replaced = [];
    private readonly Queue<Leaf> _dirty = [];
    private LeafIndex? _last;
    private long _filled;
    private long _committed;
    private long _filledBefore;
    private long _settled;
    private long _damagedRecords;

    /// <summary>The number of the last batch that is durable and visible. A leaf last written by a later one must not be read yet.</summary>
    public long CommittedBatch => Volatile.Read(ref _committed);

    /// <summary>What was written by this batch or an earlier one was written more than a moment ago.</summary>
    public long SettledBatch => Volatile.Read(ref _settled);

    /// <summary>Records of leaves that could not be read at the start; what they stood for is read anew.</summary>
    public long DamagedRecords => Volatile.Read(ref _damagedRecords);

    /// <summary>Before the writer starts.</summary>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    public void Load()
    {
        var leaves = new List<Leaf>();
        var table = 0u;
        using var cursor = engine.Scan(StorageArea.Trees, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            var next = BinaryPrimitives.ReadUInt32BigEndian(cursor.Key);
            if (next != table && leaves.Count > 0)
            {
                _tables[table] = new LeafIndex(table, leaves);
                leaves.Clear();
            }

            table = next;
            leaves.Add(Decode(cursor.Key, cursor.Value));
        }

        if (leaves.Count > 0)
        {
            _tables[table] = new LeafIndex(table, leaves);
        }

        LoadTablesWithoutLeaves();
        foreach (var leaf in _tables.Values.SelectMany(static index => index.All()).Where(static leaf => !leaf.IsClean))
        {
            _dirty.Enqueue(leaf);
        }
    }

    /// <summary>
    /// A table gets its first record when its first leaf has been read: until then only its rows tell that it is there. Damage ends the search early:
    /// whoever reads the table later meets it, and a node is not to stay down for it.
    /// </summary>
    private void LoadTablesWithoutLeaves()
    {
        try
        {
            foreach (var one in TablesOnDisk.Of(engine))
            {
                _tables.TryAdd(one, new LeafIndex(one, []));
            }
        }
        catch (StorageCorruptException exception)
        {
            LogUnreadable(exception);
        }
    }

    /// <summary>Called about once a second: what was recent grows old.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            if (_recent.Turn())
            {
                Volatile.Write(ref _settled, _filledBefore);
                _filledBefore = _filled;
            }
        }
    }

    /// <summary>For each key whether it was written a moment ago.</summary>
    public void AreRecent(ReadOnlySpan<ulong> keyHashes, Span<bool> recent)
    {
        lock (_lock)
        {
            for (var i = 0; i < keyHashes.Length; i++)
            {
                recent[i] = _recent.Contains(keyHashes[i]);
            }
        }
    }

    /// <summary>The storage ids of tables that have leaves.</summary>
    public IReadOnlyList<uint> Tables()
    {
        lock (_lock)
        {
            return [.. _tables.Keys];
        }
    }

    /// <summary>What the leaf of the table looks like: counts of leaves, dirty ones, entries.</summary>
    public TableLeaves Describe(uint table)
    {
        lock (_lock)
        {
            var index = _tables.GetValueOrDefault(table);
            if (index is null)
            {
                return default;
            }

            var dirty = 0;
            var entries = 0L;
            foreach (var leaf in index.All())
            {
                dirty += leaf.IsClean ? 0 : 1;
                entries += leaf.Count;
            }

            return new TableLeaves(index.Count, dirty, entries);
        }
    }

    /// <summary>
    /// Adds up the clean leaves that lie within the range as a whole, and lists what has to be read for the rest: dirty leaves, and those at
    /// the ends. False if that is more than <paramref name="entriesMax"/> entries, as far as is known.
    /// </summary>
    public bool TrySummarize(byte[] lower, byte[] upper, long entriesMax, out UInt128 hash, out long count, List<LeafView> unread)
    {
        hash = 0;
        count = 0;
        var entries = 0L;
        lock (_lock)
        {
            var index = IndexOf(TableOf(lower));
            Leaf? before = null;
            foreach (var leaf in index.Covering(lower, upper))
            {
                if (before is not null && !Take(before, leaf.Start, ref hash, ref count))
                {
                    return false;
                }

                before = leaf;
            }

            return before is null || Take(before, index.After(before)?.Start ?? EndOfTable(index.Table), ref hash, ref count);
        }

        bool Take(Leaf leaf, byte[] end, ref UInt128 sum, ref long counted)
        {
            if (leaf.IsClean && lower.AsSpan().SequenceCompareTo(leaf.Start) <= 0 && upper.AsSpan().SequenceCompareTo(end) >= 0)
            {
                sum += leaf.Hash;
                counted += leaf.Count;
                return true;
            }

            entries += leaf.Count + leaf.WritesSince;
            unread.Add(ViewOf(leaf, end));
            return entries <= entriesMax;
        }
    }

    /// <summary>The starts of leaves within the range, without its own lower bound, thinned out evenly to at most <paramref name="max"/>.</summary>
    public List<byte[]> Cut(byte[] lower, byte[] upper, int max)
    {
        lock (_lock)
        {
            var starts = new List<byte[]>();
            foreach (var leaf in IndexOf(TableOf(lower)).Covering(lower, upper))
            {
                if (leaf.Start.AsSpan().SequenceCompareTo(lower) > 0)
                {
                    starts.Add(leaf.Start);
                }
            }

            if (starts.Count <= max)
            {
                return starts;
            }

            var thinned = new List<byte[]>(max);
            for (var i = 1; i <= max; i++)
            {
                thinned.Add(starts[(int)((long)i * starts.Count / (max + 1))]);
            }

            return thinned;
        }
    }

    /// <summary>
    /// Some leaves that wait to be read: those that nobody has written to for a moment, and those that have grown far beyond what a leaf should
    /// hold. Each is given out once; who cannot read it gives it back.
    /// </summary>
    public List<LeafView> TakeDirty(long entriesMax)
    {
        var views = new List<LeafView>();
        lock (_lock)
        {
            var entries = 0L;
            for (var left = _dirty.Count; left > 0 && entries < entriesMax; left--)
            {
                var leaf = _dirty.Dequeue();
                if (leaf.IsClean || _tables.GetValueOrDefault(TableOf(leaf.Start)) is not { } index || !index.Contains(leaf))
                {
                    continue;
                }

                if (leaf.LastBatch > _settled && leaf.WritesSince < OversizeWrites)
                {
                    _dirty.Enqueue(leaf);
                    continue;
                }

                entries += leaf.Count + leaf.WritesSince;
                views.Add(ViewOf(leaf, index.After(leaf)?.Start ?? EndOfTable(index.Table)));
            }
        }

        return views;
    }

    /// <summary>It is still to be read.</summary>
    public void GiveBack(Leaf leaf)
    {
        lock (_lock)
        {
            _dirty.Enqueue(leaf);
        }
    }

    /// <summary>Leaves of the range with something in them that the horizon (milliseconds) may allow to be swept, as far as is known; at most so many.</summary>
    public List<LeafView> Unswept(byte[] lower, byte[] upper, long horizon, int max)
    {
        lock (_lock)
        {
            var index = IndexOf(TableOf(lower));
            var views = new List<LeafView>();
            foreach (var leaf in index.Covering(lower, upper))
            {
                if (leaf.OldestPurgeable < horizon)
                {
                    views.Add(ViewOf(leaf, index.After(leaf)?.Start ?? EndOfTable(index.Table)));
                    if (views.Count == max)
                    {
                        break;
                    }
                }
            }

            return views;
        }
    }

    /// <summary>
    /// Begins to find out how old the oldest thing in the leaf is that could be swept. False: what was last written to it is not visible yet.
    /// </summary>
    public bool TryBeginDating(Leaf leaf)
    {
        lock (_lock)
        {
            if (leaf.LastBatch > _committed)
            {
                return false;
            }

            leaf.OldestNoted = long.MaxValue;
            return true;
        }
    }

    /// <summary>All of the leaf has been looked at since, and nothing that was there is older than this (milliseconds).</summary>
    public void EndDating(Leaf leaf, long oldest)
    {
        lock (_lock)
        {
            leaf.SetOldest(Math.Min(oldest, leaf.OldestNoted));
        }
    }

    /// <summary>The leaves of the range as they are now, for a write that is to hold only while they stay so.</summary>
    public LeafBasis BasisOf(byte[] lower, byte[] upper)
    {
        lock (_lock)
        {
            return new LeafBasis([.. IndexOf(TableOf(lower)).Covering(lower, upper).Select(static leaf => (leaf, leaf.LastBatch))]);
        }
    }

    private static LeafView ViewOf(Leaf leaf, byte[] end) =>
        new(leaf, leaf.Start, end, leaf.IsClean, leaf.Hash, leaf.Count, leaf.OldestPurgeable, leaf.LastBatch, leaf.WritesSince);

    private static uint TableOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt32BigEndian(key);

    /// <summary>The key behind all keys of a table.</summary>
    public static byte[] EndOfTable(uint table)
    {
        var end = new byte[TableBytes];
        BinaryPrimitives.WriteUInt32BigEndian(end, checked(table + 1));
        return end;
    }

    /// <summary>Forgets a table that is no more, once its rows and leaves are removed from the disk. Nothing may be written to it any more.</summary>
    public void Forget(uint table)
    {
        lock (_lock)
        {
            _tables.Remove(table);
            _last = null;
        }
    }

    internal void Defer(ConditionalWrite write) => _deferred.Add(write);

    /// <summary>Whether the leaf is still one of its table's. For conditional writes, on the writer loop.</summary>
    public bool IsCurrent(Leaf leaf) =>
        _tables.GetValueOrDefault(TableOf(leaf.Start)) is { } index && index.Contains(leaf) && !_replaced.Exists(replaced => ReferenceEquals(replaced.Old, leaf));

    /// <summary>Puts leaves in the place of one, in effect once the batch being decided is durable. For conditional writes, on the writer loop.</summary>
    public void Replace(Leaf old, IReadOnlyList<Leaf> leaves)
    {
        if (_tables.GetValueOrDefault(TableOf(old.Start)) is { } index && index.Contains(old))
        {
            _replaced.Add((index, old, leaves));
        }
    }

    /// <summary>On the writer loop, when the batch holds everything else: marks what it writes, and lets the conditional writes decide.</summary>
    internal void Finish(StorageBatch batch)
    {
        lock (_lock)
        {
            _filled++;
            MarkFrom(batch, 0);
            foreach (var write in _deferred)
            {
                var from = batch.Bytes;
                write.Decide(batch, IsUnchanged(write.Basis));
                MarkFrom(batch, from);
            }

            _deferred.Clear();
        }
    }

    /// <summary>
    /// On the writer loop, while the batch is on its way to the disk, where this costs no time: what it writes was written a moment ago. Nobody reads
    /// its leaves before <see cref="Finished"/>.
    /// </summary>
    internal void NoteRecent(StorageBatch batch)
    {
        lock (_lock)
        {
            foreach (var item in batch.From(0))
            {
                if (item.Area == StorageArea.Data && item.Operation == BatchOperation.Merge)
                {
                    _recent.Add(EntryHash.OfKey(item.Key));
                }
            }
        }
    }

    /// <summary>On the writer loop, when the batch has become durable, or has not.</summary>
    internal void Finished(bool durable)
    {
        lock (_lock)
        {
            if (durable)
            {
                foreach (var (index, old, leaves) in _replaced)
                {
                    if (!index.Contains(old))
                    {
                        continue;
                    }

                    index.Replace(old, leaves);
                    foreach (var leaf in leaves)
                    {
                        leaf.LastBatch = old.LastBatch;
                        if (!leaf.IsClean)
                        {
                            _dirty.Enqueue(leaf);
                        }
                    }
                }

                Volatile.Write(ref _committed, _filled);
            }
            else
            {
                foreach (var leaf in _marked)
                {
                    leaf.SetCleanAgain();
                }
            }

            _replaced.Clear();
            _marked.Clear();
        }
    }

    private bool IsUnchanged(LeafBasis basis)
    {
        foreach (var (leaf, lastBatch) in basis.Leaves)
        {
            if (leaf.LastBatch != lastBatch || !IsCurrent(leaf))
            {
                return false;
            }
        }

        return true;
    }

    private void MarkFrom(StorageBatch batch, int from)
    {
        var marked = _marked.Count;
        foreach (var item in batch.From(from))
        {
            if (item.Area != StorageArea.Data)
            {
                continue;
            }

            if (item.Operation == BatchOperation.DeleteRange)
            {
                MarkRange(item.Key.ToArray(), item.Value.ToArray());
                continue;
            }

            var leaf = IndexOf(TableOf(item.Key)).Find(item.Key);
            Mark(leaf, item.Operation is BatchOperation.Merge or BatchOperation.MergeSettled ? batch.OldestFormed : long.MaxValue);
        }

        for (; marked < _marked.Count; marked++)
        {
            _marked[marked].PutDirty(batch);
        }
    }

    private void MarkRange(byte[] lower, byte[] upper)
    {
        // A whole table goes with its leaves: a mark would bring a record of it back.
        var isTable = lower.Length == TableBytes && upper.AsSpan().SequenceEqual(EndOfTable(TableOf(lower)));
        if (!isTable && _tables.GetValueOrDefault(TableOf(lower)) is { } index)
        {
            foreach (var leaf in index.Covering(lower, upper))
            {
                Mark(leaf, long.MaxValue);
            }
        }
    }

    private void Mark(Leaf leaf, long oldest)
    {
        leaf.LastBatch = _filled;
        leaf.WritesSince++;
        leaf.NoteFormed(oldest);
        if (leaf.IsClean)
        {
            leaf.SetDirty();
            _marked.Add(leaf);
            _dirty.Enqueue(leaf);
        }
    }

    private LeafIndex IndexOf(uint table)
    {
        if (_last is { } last && last.Table == table)
        {
            return last;
        }

        if (!_tables.TryGetValue(table, out var index))
        {
            index = new LeafIndex(table, []);
            _tables.Add(table, index);
            _dirty.Enqueue(index.First);
        }

        return _last = index;
    }

    private Leaf Decode(ReadOnlySpan<byte> start, ReadOnlySpan<byte> record)
    {
        try
        {
            return Leaf.Decode(start, record);
        }
        catch (MalformedDataException exception)
        {
            Volatile.Write(ref _damagedRecords, _damagedRecords + 1);
            LogDamaged(Convert.ToHexString(start), exception.Message);
            return Leaf.Dirty(start.ToArray());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for tables whose rows were never read met damaged data")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record of the leaf at {Start} is damaged; what it stood for is read anew. {Reason}")]
    private partial void LogDamaged(string start, string reason);
}
