using System.Buffers.Binary;

namespace Coterie.Storage.Trees;

/// <summary>
/// What is asked of a table's leaves beside the writer loop: sums, counts, where to cut, what may be swept. Walks them so many at a time, and the writer loop, which
/// every write waits for, goes on in between.
/// </summary>
/// <remarks>
/// A walk is not a moment. Each leaf is as it was when it was passed; the next step begins where the last leaf ended, so that every key of the range belongs to one of
/// those passed. A leaf that has been joined with the one before it meanwhile is met twice: the second time with a start that was passed already.
/// </remarks>
public sealed class LeafSurvey
{
    /// <summary>Passed under one lock: some ten microseconds.</summary>
    private const int LeavesPerStep = 256;

    private readonly Lock _lock;
    private readonly SortedDictionary<uint, LeafIndex> _tables;
    private readonly Func<uint, LeafIndex> _indexOf;

    /// <param name="owner">The lock of who owns the leaves.</param>
    /// <param name="tables">Under that lock.</param>
    /// <param name="indexOf">The same, and one is made of what is not there yet. Under that lock.</param>
    internal LeafSurvey(Lock owner, SortedDictionary<uint, LeafIndex> tables, Func<uint, LeafIndex> indexOf)
    {
        _lock = owner;
        _tables = tables;
        _indexOf = indexOf;
    }

    /// <summary>The storage ids of tables that have leaves.</summary>
    public IReadOnlyList<uint> Tables()
    {
        lock (_lock)
        {
            return [.. _tables.Keys];
        }
    }

    /// <summary>What the leaves of the table look like, all zero if it has none.</summary>
    public TableLeaves Describe(uint table)
    {
        var described = default(TableLeaves);
        foreach (var view in Walk(_tables.GetValueOrDefault, StartOfTable(table), TreeLeaves.EndOfTable(table)))
        {
            described = described with
            {
                Leaves = described.Leaves + 1,
                Dirty = described.Dirty + (view.IsClean ? 0 : 1),
                Entries = described.Entries + view.Count,
                Tombstones = described.Tombstones + view.Tombstones,
            };
        }

        return described;
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
        var passed = lower;
        foreach (var view in Walk(_indexOf, lower, upper))
        {
            var isWhole = passed.AsSpan().SequenceCompareTo(view.Start) <= 0 && upper.AsSpan().SequenceCompareTo(view.End) >= 0;
            if (view.IsClean && isWhole)
            {
                hash += view.Hash;
                count += view.Count;
            }
            else
            {
                entries += view.Count + view.WritesSince;
                unread.Add(passed.AsSpan().SequenceCompareTo(view.Start) > 0 ? view with { Start = passed } : view);
                if (entries > entriesMax)
                {
                    return false;
                }
            }

            passed = view.End;
        }

        return true;
    }

    /// <summary>The starts of leaves within the range, without its own lower bound, thinned out about evenly to at most <paramref name="max"/>.</summary>
    public List<byte[]> Cut(byte[] lower, byte[] upper, int max)
    {
        // Every so many starts, so that there are always enough, and never many.
        const int Finer = 32;
        var starts = new List<byte[]>();
        var every = 1;
        var since = 0;
        var last = lower;
        foreach (var view in Walk(_indexOf, lower, upper))
        {
            if (view.Start.AsSpan().SequenceCompareTo(last) <= 0)
            {
                continue;
            }

            last = view.Start;
            if (++since < every)
            {
                continue;
            }

            since = 0;
            starts.Add(view.Start);
            if (starts.Count == 2 * Finer * max)
            {
                starts = [.. starts.Where(static (_, i) => i % 2 == 1)];
                every *= 2;
            }
        }

        return starts.Count <= max ? starts : [.. Enumerable.Range(1, max).Select(i => starts[(int)((long)i * starts.Count / (max + 1))])];
    }

    /// <summary>Leaves of the range with something in them that the horizon (milliseconds) may allow to be swept, as far as is known; at most so many.</summary>
    public List<LeafView> Unswept(byte[] lower, byte[] upper, long horizon, int max) =>
        [.. Walk(_indexOf, lower, upper).Where(view => view.OldestPurgeable < horizon).Take(max)];

    /// <summary>Clean leaves of the table from this key on, in order, until they have so many entries; at least one, if there is one.</summary>
    public List<LeafView> CleanFrom(byte[] from, long entriesMax)
    {
        var views = new List<LeafView>();
        var entries = 0L;
        foreach (var view in Walk(_tables.GetValueOrDefault, from, TreeLeaves.EndOfTable(BinaryPrimitives.ReadUInt32BigEndian(from))))
        {
            if (!view.IsClean || view.Start.AsSpan().SequenceCompareTo(from) < 0)
            {
                continue;
            }

            views.Add(view);
            entries += view.Count;
            if (entries >= entriesMax)
            {
                break;
            }
        }

        return views;
    }

    /// <summary>The leaves of the range as they are now, for a write that is to hold only while they stay so.</summary>
    public LeafBasis BasisOf(byte[] lower, byte[] upper) =>
        new([.. Walk(_indexOf, lower, upper).Select(static view => (view.Leaf, view.LastBatch))]);

    private IEnumerable<LeafView> Walk(Func<uint, LeafIndex?> indexOf, byte[] lower, byte[] upper)
    {
        var step = new List<LeafView>(LeavesPerStep);
        for (byte[]? from = lower; from is not null;)
        {
            step.Clear();
            from = Take(indexOf, from, upper, step);
            foreach (var view in step)
            {
                yield return view;
            }
        }
    }

    /// <summary>Where to go on; null: at the end.</summary>
    private byte[]? Take(Func<uint, LeafIndex?> indexOf, byte[] from, byte[] upper, List<LeafView> step)
    {
        lock (_lock)
        {
            if (indexOf(BinaryPrimitives.ReadUInt32BigEndian(from)) is not { } index)
            {
                return null;
            }

            Leaf? before = null;
            foreach (var leaf in index.Covering(from, upper))
            {
                if (before is not null)
                {
                    step.Add(LeafView.Of(before, leaf.Start));
                }

                if (step.Count == LeavesPerStep)
                {
                    return leaf.Start;
                }

                before = leaf;
            }

            if (before is not null)
            {
                step.Add(LeafView.Of(before, index.EndOf(before)));
            }

            return null;
        }
    }

    private static byte[] StartOfTable(uint table)
    {
        var start = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(start, table);
        return start;
    }
}
