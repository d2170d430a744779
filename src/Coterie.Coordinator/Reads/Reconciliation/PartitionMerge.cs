using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Reads.Reconciliation;

/// <summary>
/// Merges one partition as several replicas have it. The merged rows are shadowed by the union of their deletions; what a replica lacks is what
/// is in the merged state and not in its own after the merged deletions have been applied to it too, since those are sent to it as well.
/// </summary>
/// <param name="parts">By response; null where a replica has nothing of it.</param>
/// <param name="reversed">The order of the rows.</param>
/// <param name="horizon">
/// The latest under which any part was read. It is true of every replica, and what it allows to be swept nobody lacks: replicas that sweep at
/// different times would be sent the same tombstones for ever.
/// </param>
internal sealed class PartitionMerge(PartitionRows?[] parts, bool reversed, FormationTime horizon)
{
    private readonly List<RowEntry>[] _lacks = new List<RowEntry>[parts.Length];
    private readonly int[] _next = new int[parts.Length];
    private readonly ReadOnlyMemory<byte>[] _rows = new ReadOnlyMemory<byte>[parts.Length];
    private readonly PooledBuffer _scratch = new();
    private readonly PooledBuffer _merging = new();

    /// <summary>What the replica of this response lacks; null: nothing.</summary>
    public List<RowEntry>? Lacks(int response) => _lacks[response];

    /// <param name="first">Any of the parts, for the partition's key.</param>
    /// <param name="rowsEnd">The last row to be looked at; empty: all.</param>
    public PartitionRows Merge(PartitionRows first, ReadOnlyMemory<byte> rowsEnd)
    {
        var deletion = Deletion.None;
        foreach (var part in parts)
        {
            deletion = Deletion.Later(deletion, part?.PartitionDeletion ?? Deletion.None);
        }

        var ranges = MergeRanges(deletion);
        for (var i = 0; i < parts.Length; i++)
        {
            CompareDeletions(i, deletion, ranges);
        }

        var merged = new PartitionRows
        {
            Token = first.Token,
            PartitionKey = first.PartitionKey,
            PartitionDeletion = deletion,
            Ranges = ranges,
            Static = MergeStatic(deletion),
            Rows = MergeRows(deletion, new RangeDeletionIndex(ranges), rowsEnd),
        };
        _scratch.Release();
        _merging.Release();
        return merged;
    }

    public static PartitionRows AsLimited(PartitionRows partition) => new()
    {
        Token = partition.Token,
        PartitionKey = partition.PartitionKey,
        PartitionDeletion = partition.PartitionDeletion,
        Ranges = partition.Ranges,
        Static = partition.Static,
        Rows = partition.Rows,
        Limited = true,
    };

    private List<RangeDeletion> MergeRanges(Deletion partitionDeletion)
    {
        var all = new List<RangeDeletion>();
        foreach (var part in parts)
        {
            all.AddRange(part?.Ranges ?? []);
        }

        all.Sort(static (left, right) => left.EntryKey.Span.SequenceCompareTo(right.EntryKey.Span));
        var merged = new List<RangeDeletion>(all.Count);
        foreach (var range in all)
        {
            if (partitionDeletion.Shadows(range.Deletion.Timestamp))
            {
                continue;
            }

            if (merged.Count > 0 && merged[^1].EntryKey.Span.SequenceEqual(range.EntryKey.Span))
            {
                merged[^1] = merged[^1] with { Deletion = Deletion.Later(merged[^1].Deletion, range.Deletion) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    /// <summary>Ranges are only read where the header says that there are some, so a range is sent together with a header that says so.</summary>
    private void CompareDeletions(int response, Deletion deletion, List<RangeDeletion> ranges)
    {
        var own = parts[response];
        var lacksDeletion = !RowPurge.IsPurgeable(deletion, horizon) && (own?.PartitionDeletion ?? Deletion.None) != deletion;
        var lackedRanges = new List<RowEntry>();
        var at = 0;
        foreach (var range in ranges)
        {
            while (own is not null && at < own.Ranges.Count && own.Ranges[at].EntryKey.Span.SequenceCompareTo(range.EntryKey.Span) < 0)
            {
                at++;
            }

            if (RowPurge.IsPurgeable(range.Deletion, horizon))
            {
                continue;
            }

            if (own is null || at == own.Ranges.Count || own.Ranges[at] is var mine
                && (!mine.EntryKey.Span.SequenceEqual(range.EntryKey.Span) || mine.Deletion != range.Deletion))
            {
                lackedRanges.Add(new RowEntry(range.EntryKey, DeletionRow(range.Deletion, hasRanges: false)));
            }
        }

        if (lacksDeletion || lackedRanges.Count > 0)
        {
            var header = DeletionRow(lacksDeletion ? deletion : Deletion.None, hasRanges: lackedRanges.Count > 0);
            Lack(response, new RowEntry(EntryKey.Header.ToArray(), header));
            _lacks[response].AddRange(lackedRanges);
        }
    }

    private static byte[] DeletionRow(Deletion deletion, bool hasRanges)
    {
        var destination = new ArrayBufferWriter<byte>(64);
        var writer = new RowWriter(destination);
        if (hasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(deletion);
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private ReadOnlyMemory<byte> MergeStatic(Deletion deletion)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            _rows[i] = parts[i]?.Static ?? default;
        }

        var merged = MergeRow(deletion);
        CompareRow(EntryKey.Static.ToArray(), merged, deletion);
        return merged;
    }

    private List<RowEntry> MergeRows(Deletion partitionDeletion, RangeDeletionIndex ranges, ReadOnlyMemory<byte> rowsEnd)
    {
        var merged = new List<RowEntry>();
        while (TryTakeRow(out var entryKey))
        {
            if (!rowsEnd.IsEmpty && ReadOrder.OfRows(entryKey.Span, rowsEnd.Span, reversed) > 0)
            {
                break;
            }

            var outer = Deletion.Later(partitionDeletion, ranges.At(entryKey.Span));
            var row = MergeRow(outer);
            CompareRow(entryKey, row, outer);
            if (!row.IsEmpty)
            {
                merged.Add(new RowEntry(entryKey, row));
            }
        }

        return merged;
    }

    /// <summary>Takes the next row in order from every part that has it, into <see cref="_rows"/>.</summary>
    private bool TryTakeRow(out ReadOnlyMemory<byte> entryKey)
    {
        entryKey = default;
        for (var i = 0; i < parts.Length; i++)
        {
            if (Head(i) is { } head && (entryKey.IsEmpty || ReadOrder.OfRows(head.EntryKey.Span, entryKey.Span, reversed) < 0))
            {
                entryKey = head.EntryKey;
            }
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var has = Head(i) is { } head && head.EntryKey.Span.SequenceEqual(entryKey.Span);
            _rows[i] = has ? parts[i]!.Rows[_next[i]].Row : default;
            _next[i] += has ? 1 : 0;
        }

        return !entryKey.IsEmpty;
    }

    private RowEntry? Head(int response) =>
        parts[response] is { } part && _next[response] < part.Rows.Count ? part.Rows[_next[response]] : null;

    /// <summary>The join of <see cref="_rows"/> without what the deletion shadows; empty if nothing is left.</summary>
    private ReadOnlyMemory<byte> MergeRow(Deletion outer)
    {
        ReadOnlyMemory<byte> merged = default;
        foreach (var row in _rows)
        {
            if (merged.IsEmpty || row.IsEmpty || row.Span.SequenceEqual(merged.Span))
            {
                merged = merged.IsEmpty ? row : merged;
                continue;
            }

            _merging.Truncate(0);
            RowMerge.Merge(merged.Span, row.Span, _merging);
            merged = _merging.Span.ToArray();
        }

        return merged.IsEmpty || outer.IsNone ? merged : Shadowed(merged, outer);
    }

    private ReadOnlyMemory<byte> Shadowed(ReadOnlyMemory<byte> row, Deletion outer)
    {
        _scratch.Truncate(0);
        if (!RowMerge.Shadow(row.Span, outer, _scratch))
        {
            return default;
        }

        return _scratch.Span.SequenceEqual(row.Span) ? row : _scratch.Span.ToArray();
    }

    private void CompareRow(ReadOnlyMemory<byte> entryKey, ReadOnlyMemory<byte> merged, Deletion outer)
    {
        var lasting = Lasting(merged);
        if (lasting.IsEmpty)
        {
            return;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            var own = _rows[i].IsEmpty || outer.IsNone ? _rows[i] : Shadowed(_rows[i], outer);
            if (!Lasting(own).Span.SequenceEqual(lasting.Span))
            {
                Lack(i, new RowEntry(entryKey, lasting));
            }
        }
    }

    /// <summary>What the horizon leaves of the row; empty if that is nothing.</summary>
    private ReadOnlyMemory<byte> Lasting(ReadOnlyMemory<byte> row)
    {
        if (row.IsEmpty || horizon == default || RowPurge.OldestPurgeable(row.Span) >= horizon.Milliseconds)
        {
            return row;
        }

        _scratch.Truncate(0);
        RowPurge.Apply(row.Span, horizon, _scratch);
        return _scratch.Span.ToArray();
    }

    private void Lack(int response, RowEntry entry) => (_lacks[response] ??= []).Add(entry);
}
