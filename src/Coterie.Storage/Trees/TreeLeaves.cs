using System.Buffers.Binary;
using Coterie.Model.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Storage.Trees;

/// <summary>
/// The leaves of all tables, and the marks that every write leaves in them: part of the writer loop, so that data and mark are one atom.
/// See docs/decisions/0004-trees.md.
/// </summary>
/// <remarks>
/// Invariant: a leaf whose record on disk is clean holds, on disk, exactly the entries of its hash. A write to a clean leaf puts "dirty" into its own
/// batch; "clean" is put only by a batch that, like every batch since the leaf was read, has not written to it. Where a conditional write follows in the same
/// batch, as a sweep that looks again does, what was put in the leaf's place a moment ago is made dirty again.
/// A batch that finds no space takes back its marks: nothing of it was applied, and the next write must mark again.
/// </remarks>
public sealed class TreeLeaves(IStorageEngine engine, TimeProvider time, TreeLeavesOptions options, ILogger<TreeLeaves> logger)
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

    /// <summary>The number of the last batch that is durable and visible. A leaf last written by a later one must not be read yet.</summary>
    public long CommittedBatch => Volatile.Read(ref _committed);

    /// <summary>What was written by this batch or an earlier one was written more than a moment ago.</summary>
    public long SettledBatch => Volatile.Read(ref _settled);

    /// <summary>Records of leaves that could not be read at the start; what they stood for is read anew.</summary>
    public long DamagedRecords { get; private set; }

    /// <summary>Asks of the leaves beside the writer loop.</summary>
    public LeafSurvey Survey => field ??= new LeafSurvey(_lock, _tables, IndexOf);

    /// <summary>Before the writer starts.</summary>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    public void Load()
    {
        var loading = new LeafLoading(engine, logger);
        loading.Load(_tables);
        DamagedRecords = loading.Damaged;
        foreach (var leaf in _tables.Values.SelectMany(static index => index.All()).Where(static leaf => !leaf.IsClean))
        {
            _dirty.Enqueue(leaf);
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

    /// <summary>
    /// Some leaves that wait to be read: those that nobody has written to for a moment, and those that have grown far beyond what a leaf should
    /// hold. Each is given out once; who cannot read it gives it back.
    /// </summary>
    /// <param name="entriesMax">About so many entries.</param>
    /// <param name="isCompared">Whether anybody asks for the hashes of a table's leaves. Where nobody does, only the overgrown are read, to be cut.</param>
    public List<LeafView> TakeDirty(long entriesMax, Func<uint, bool> isCompared)
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

                if (leaf.WritesSince < OversizeWrites && !isCompared(TableOf(leaf.Start)))
                {
                    leaf.IsLetAlone = true;
                    continue;
                }

                if (leaf.LastBatch > _settled && leaf.WritesSince < OversizeWrites)
                {
                    _dirty.Enqueue(leaf);
                    continue;
                }

                entries += leaf.Count + leaf.WritesSince;
                views.Add(LeafView.Of(leaf, index.EndOf(leaf)));
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
            MarkReplacements(batch);
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

    /// <summary>
    /// A leaf that was given up and then written to by the same batch has been marked in vain: what comes in its place says "clean" of rows that are no more.
    /// All of it is to be read anew; which of it was written to matters little for what is so seldom.
    /// </summary>
    private void MarkReplacements(StorageBatch batch)
    {
        for (var i = 0; i < _replaced.Count; i++)
        {
            var (index, old, leaves) = _replaced[i];
            if (old.LastBatch != _filled)
            {
                continue;
            }

            if (leaves.Count == 0 || !leaves[0].Start.AsSpan().SequenceEqual(old.Start))
            {
                // It was found empty, and its range fell to the leaf before it, which nothing has marked.
                leaves = [Leaf.Dirty(old.Start, old.OldestPurgeable), .. leaves];
                _replaced[i] = (index, old, leaves);
            }

            foreach (var leaf in leaves)
            {
                leaf.SetDirty();
                leaf.PutDirty(batch);
            }
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
        else if (leaf.IsLetAlone && leaf.WritesSince >= OversizeWrites)
        {
            leaf.IsLetAlone = false;
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
}
