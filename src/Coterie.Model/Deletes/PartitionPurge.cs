using System.Buffers;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Model.Deletes;

/// <summary>
/// What a horizon allows to be swept out of one partition, entry by entry, so that a partition may be larger than memory: first it is
/// shown the header and the range tombstones, then it judges rows, in any order and as many at a time as one likes; when all rows have been
/// swept it judges the header and the range tombstones themselves. Pure; one owner at a time, reused after <see cref="Begin"/>.
/// </summary>
/// <remarks>
/// A deletion of the partition or of a range goes last: while it is there, what it shadows is invisible; after it, visible again. Only
/// those go that were shown at the start, because only of those the rows are known to have been swept. A row that comes under such a
/// deletion meanwhile was formed after the horizon, so it was written after the delete, however old its timestamp.
/// Readers use the first two steps alone: what they leave out of an answer is what a sweep would leave out of the store.
/// </remarks>
public sealed class PartitionPurge
{
    private readonly List<RangeDeletion> _ranges = [];
    private RangeDeletionIndex? _index;
    private PurgeLimit _limit;
    private Deletion _partition = Deletion.None;
    private bool _headerSaysRanges;

    /// <summary>The deletion of the partition, none if there is none.</summary>
    public Deletion Partition => _partition;

    /// <summary>Whether the header or a range tombstone that was shown can be swept, once no row is left that it shadows.</summary>
    public bool HasPurgeable { get; private set; }

    /// <summary>The header says that there are range tombstones.</summary>
    public bool HasRanges => _headerSaysRanges;

    public void Begin(PurgeLimit limit)
    {
        _ranges.Clear();
        _index = null;
        _limit = limit;
        _partition = Deletion.None;
        _headerSaysRanges = HasPurgeable = false;
    }

    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public void Header(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        _headerSaysRanges = reader.HasRanges;
        _partition = reader.RowDeletion;
        HasPurgeable |= RowPurge.IsPurgeable(_partition, _limit);
    }

    /// <summary>A range tombstone. Shown after the header. Those not shown shadow nothing here and are not swept.</summary>
    /// <exception cref="MalformedDataException">Key or row is not decodable.</exception>
    public void Range(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        EntryKey.ReadRangeTombstone(entryKey, out _, out _);
        var deletion = new RowReader(row).RowDeletion;
        var isShadowed = !deletion.IsNone && _partition.Shadows(deletion.Timestamp);
        if (!deletion.IsNone && !isShadowed)
        {
            _ranges.Add(new RangeDeletion(entryKey.ToArray(), deletion));
            _index = null;
        }

        HasPurgeable |= isShadowed || RowPurge.IsPurgeable(deletion, _limit);
    }

    /// <summary>The latest deletion over a row, or over the static row, which ranges do not cover.</summary>
    public Deletion Over(ReadOnlySpan<byte> entryKey) => _ranges.Count == 0 || entryKey[0] != (byte)EntryKind.Row
        ? _partition
        : Deletion.Later(_partition, (_index ??= new RangeDeletionIndex(_ranges)).At(entryKey));

    /// <summary>A row or the static row. On <see cref="PurgeAction.Replace"/> what is left of it is appended.</summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public PurgeAction Row(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row, IBufferWriter<byte> destination)
    {
        var outer = Over(entryKey);
        if (outer.IsNone && RowPurge.OldestPurgeable(row) >= _limit.Horizon.Milliseconds)
        {
            return PurgeAction.Keep;
        }

        var scratch = new ArrayBufferWriter<byte>(row.Length + 1);
        if (!RowPurge.Apply(row, outer, _limit, keepsRanges: true, scratch))
        {
            return PurgeAction.Remove;
        }

        if (scratch.WrittenSpan.SequenceEqual(row))
        {
            return PurgeAction.Keep;
        }

        destination.Write(scratch.WrittenSpan);
        return PurgeAction.Replace;
    }

    /// <summary>
    /// After all rows: a range tombstone as it is now. Removed if it is the one that was shown and the horizon allows it, or the partition's deletion
    /// shadows it.
    /// </summary>
    public PurgeAction LastRange(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        var deletion = new RowReader(row).RowDeletion;
        if (deletion.IsNone || _partition.Shadows(deletion.Timestamp))
        {
            return PurgeAction.Remove;
        }

        return RowPurge.IsPurgeable(deletion, _limit) && WasShown(entryKey, deletion) ? PurgeAction.Remove : PurgeAction.Keep;
    }

    /// <summary>After all range tombstones: the header as it is now. On <see cref="PurgeAction.Replace"/> what is left of it is appended.</summary>
    /// <param name="anyRangeLeft">Whether any range tombstone stays.</param>
    public PurgeAction LastHeader(ReadOnlySpan<byte> row, bool anyRangeLeft, IBufferWriter<byte> destination)
    {
        // Another deletion than the one that the rows were swept under: it stays until they have been swept under it.
        var limit = new RowReader(row).RowDeletion == _partition ? _limit : default;
        var scratch = new ArrayBufferWriter<byte>(row.Length + 1);
        if (!RowPurge.Apply(row, Deletion.None, limit, anyRangeLeft, scratch))
        {
            return PurgeAction.Remove;
        }

        if (scratch.WrittenSpan.SequenceEqual(row))
        {
            return PurgeAction.Keep;
        }

        destination.Write(scratch.WrittenSpan);
        return PurgeAction.Replace;
    }

    private bool WasShown(ReadOnlySpan<byte> entryKey, Deletion deletion)
    {
        // Range tombstones are kept and shown in the order of their keys.
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].EntryKey.Span.SequenceCompareTo(entryKey) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Count && _ranges[low].Deletion == deletion && _ranges[low].EntryKey.Span.SequenceEqual(entryKey);
    }
}
