using System.Buffers;
using Coterie.Model.Encoding;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>
/// Writes one row in its canonical encoding: equal states give equal bytes, and no schema is needed to read them. Parts are given in
/// the order of the format: deletion, marker, then columns by id; in a column of cells its deletion, then elements by unsigned key bytes.
/// Format: docs/formats.md.
/// </summary>
/// <remarks>
/// The normal form is made here and nowhere else: what a deletion given before shadows is left out, and so is a collection's deletion
/// that the row's makes redundant, and a collection of which nothing is left. Parts out of order, and fields out of range, break the
/// request; elements out of order are found by <see cref="RowMerge.Validate"/>. Holds no span, so it is no ref struct and its arguments
/// may stand on the stack; like one, it is not to be copied.
/// </remarks>
public struct RowWriter
{
    private const int CellBytesMax = 1 + (4 * Varint.BytesMax);

    private readonly IBufferWriter<byte> _destination;
    private RowContext _context;
    private WriteTimestamp _floor = WriteTimestamp.None;
    private WriteTimestamp _collectionFloor = WriteTimestamp.None;
    private Deletion _deletion = Deletion.None;
    private CellKind _markerKind;
    private WriteTimestamp _markerTimestamp;
    private long _markerExpiresAtSeconds;
    private int _markerTtlSeconds;
    private int _column = -1;
    private int _written = -1;
    private byte _flags;
    private bool _begun;

    public RowWriter(IBufferWriter<byte> destination) => _destination = destination;

    /// <summary>A row of which only what an outer deletion does not shadow is kept.</summary>
    internal RowWriter(IBufferWriter<byte> destination, Deletion outer)
        : this(destination) => _floor = outer.Timestamp;

    /// <summary>Nothing has been written that says anything. Such a row is not one: it must not be finished, sent or stored.</summary>
    public readonly bool IsEmpty => !_begun && _flags == 0;

    /// <summary>For a header: the partition has range tombstones. Merging keeps it set.</summary>
    public void HasRanges()
    {
        Check.Request(!_begun);
        _flags |= RowFormat.HasRanges;
    }

    public void RowDeletion(Deletion deletion)
    {
        Check.Request(!_begun && (_flags & (RowFormat.HasMarker | RowFormat.HasDeletion)) == 0 && deletion.Formed.Milliseconds >= 0);
        if (!deletion.IsNone && deletion.Timestamp.CompareTo(_floor) > 0)
        {
            _deletion = deletion;
            _floor = deletion.Timestamp;
            _flags |= RowFormat.HasDeletion;
        }
    }

    /// <summary>
    /// The primary key itself as written by INSERT: keeps a row alive whose columns are all null. Its value is empty, its kind plain or expiring.
    /// </summary>
    public void Marker(in Cell marker)
    {
        Check.Request(!_begun && (_flags & RowFormat.HasMarker) == 0 && marker.Kind != CellKind.Tombstone && marker.Value.IsEmpty);
        CheckFields(marker);
        if (marker.Timestamp.CompareTo(_floor) > 0)
        {
            _markerKind = marker.Kind;
            _markerTimestamp = marker.Timestamp;
            _markerExpiresAtSeconds = marker.ExpiresAtSeconds;
            _markerTtlSeconds = marker.TtlSeconds;
            _flags |= RowFormat.HasMarker;
        }
    }

    public void SimpleColumn(ColumnId column, in Cell cell)
    {
        CheckFields(cell);
        MoveTo(2 * column.Value);
        if (cell.Timestamp.CompareTo(_floor) <= 0)
        {
            return;
        }

        Begin();
        var span = _destination.GetSpan(Varint.BytesMax + CellBytesMax + cell.Value.Length);
        var length = ColumnHead(span, hasDeletion: false);
        _destination.Advance(length + WriteCell(span[length..], cell, [], isElement: false));
    }

    /// <summary>Opens a multi-cell column; elements follow. <paramref name="deletion"/> may be none.</summary>
    public void BeginCollection(ColumnId column, Deletion deletion)
    {
        Check.Request(deletion.Formed.Milliseconds >= 0);
        MoveTo((2 * column.Value) + 1);
        _collectionFloor = _floor;
        if (deletion.IsNone || deletion.Timestamp.CompareTo(_floor) <= 0)
        {
            return;
        }

        Begin();
        _collectionFloor = deletion.Timestamp;
        var cell = new Cell { Kind = CellKind.Tombstone, Timestamp = deletion.Timestamp, Formed = deletion.Formed };
        var span = _destination.GetSpan(Varint.BytesMax + CellBytesMax);
        var length = ColumnHead(span, hasDeletion: true);
        _destination.Advance(length + WriteCell(span[length..], cell, [], isElement: false));
    }

    /// <summary>
    /// One element of the collection last begun. Its key says what it is the cell of and is compared as unsigned bytes.
    /// </summary>
    public void Element(ReadOnlySpan<byte> key, in Cell cell)
    {
        Check.Request(_column >= 0 && _column % 2 == 1 && key.Length <= Limits.ElementKeyBytesMax);
        CheckFields(cell);
        if (cell.Timestamp.CompareTo(_collectionFloor) <= 0)
        {
            return;
        }

        Begin();
        var span = _destination.GetSpan((2 * Varint.BytesMax) + CellBytesMax + key.Length + cell.Value.Length);
        var length = _written == _column ? 0 : ColumnHead(span, hasDeletion: false);
        _destination.Advance(length + WriteCell(span[length..], cell, key, isElement: true));
    }

    public void Finish()
    {
        Begin();
        EndCollection();
    }

    private static void CheckFields(in Cell cell)
    {
        Check.Request(cell.Timestamp != WriteTimestamp.None);
        Check.Request(cell.Kind != CellKind.Expiring || (cell.ExpiresAtSeconds >= 0 && cell.TtlSeconds > 0));
        Check.Request(cell.Kind != CellKind.Tombstone || (cell.Formed.Milliseconds >= 0 && cell.Value.IsEmpty));
    }

    /// <summary>Columns go up by twice their id, plus one for a multi-cell column: were an id ever both, it would be two columns.</summary>
    private void MoveTo(int column)
    {
        Check.Request(column > _column);
        EndCollection();
        _column = column;
    }

    private readonly void EndCollection()
    {
        if (_written == _column && _column >= 0 && _column % 2 == 1)
        {
            _destination.Write([RowFormat.EndOfCollection]);
        }
    }

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var span = _destination.GetSpan(1 + (2 * Varint.BytesMax) + CellBytesMax);
        span[0] = _flags;
        var length = 1;
        if ((_flags & RowFormat.HasDeletion) != 0)
        {
            length += Varint.Write(span[length..], Varint.ZigZag(_deletion.Timestamp.Microseconds));
            length += Varint.Write(span[length..], (ulong)_deletion.Formed.Milliseconds);
            _context.Saw(_deletion.Timestamp.Microseconds);
            _context.Formed = _deletion.Formed.Milliseconds;
        }

        if ((_flags & RowFormat.HasMarker) != 0)
        {
            var marker = new Cell
            {
                Kind = _markerKind,
                Timestamp = _markerTimestamp,
                ExpiresAtSeconds = _markerExpiresAtSeconds,
                TtlSeconds = _markerTtlSeconds,
            };
            length += WriteCell(span[length..], marker, [], isElement: false);
        }

        _destination.Advance(length);
    }

    private int ColumnHead(Span<byte> span, bool hasDeletion)
    {
        var step = (ulong)(_column - _written - 1);
        _written = _column;
        return Varint.Write(span, (step << 1) | (hasDeletion ? 1UL : 0));
    }

    private int WriteCell(Span<byte> span, in Cell cell, ReadOnlySpan<byte> key, bool isElement)
    {
        var head = (byte)cell.Kind;
        var length = 1;
        if (isElement)
        {
            length += Varint.Write(span[length..], (ulong)key.Length);
            key.CopyTo(span[length..]);
            length += key.Length;
        }

        var difference = unchecked(cell.Timestamp.Microseconds - _context.FirstTimestamp);
        _context.Saw(cell.Timestamp.Microseconds);
        if (difference == 0)
        {
            head |= RowFormat.SameTimestamp;
        }
        else
        {
            length += Varint.Write(span[length..], Varint.ZigZag(difference));
        }

        length += WriteKind(span[length..], cell, ref head);
        if (!cell.Value.IsEmpty)
        {
            head |= RowFormat.HasValue;
            length += Varint.Write(span[length..], (ulong)cell.Value.Length);
            cell.Value.CopyTo(span[length..]);
            length += cell.Value.Length;
        }

        span[0] = head;
        return length;
    }

    private int WriteKind(Span<byte> span, in Cell cell, ref byte head)
    {
        switch (cell.Kind)
        {
            case CellKind.Plain:
                return 0;
            case CellKind.Expiring when cell.ExpiresAtSeconds == _context.ExpiresAtSeconds && cell.TtlSeconds == _context.TtlSeconds:
            case CellKind.Tombstone when cell.Formed.Milliseconds == _context.Formed:
                head |= RowFormat.Repeats;
                return 0;
            case CellKind.Expiring:
                _context.ExpiresAtSeconds = cell.ExpiresAtSeconds;
                _context.TtlSeconds = cell.TtlSeconds;
                var length = Varint.Write(span, (ulong)cell.ExpiresAtSeconds);
                return length + Varint.Write(span[length..], (ulong)cell.TtlSeconds);
            default:
                _context.Formed = cell.Formed.Milliseconds;
                return Varint.Write(span, (ulong)cell.Formed.Milliseconds);
        }
    }
}
