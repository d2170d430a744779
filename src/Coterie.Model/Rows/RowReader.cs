using System.Diagnostics.CodeAnalysis;
using Coterie.Model.Encoding;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Model.Rows;

public enum RowPart : byte
{
    /// <summary>A simple column: <see cref="RowReader.Column"/> and <see cref="RowReader.Cell"/>.</summary>
    SimpleColumn,

    /// <summary>A multi-cell column begins: <see cref="RowReader.Column"/> and <see cref="RowReader.CollectionDeletion"/>; its elements follow.</summary>
    Collection,

    /// <summary>An element of the collection last begun: <see cref="RowReader.ElementKey"/> and <see cref="RowReader.Cell"/>.</summary>
    Element,
}

/// <summary>
/// Walks an encoded row forward, without allocating. Strict: reads only the canonical encoding of a row in normal form, so what has been
/// walked to its end without an exception is exactly what <see cref="RowWriter"/> would write for it. Knows no limits but that of a key.
/// </summary>
public ref struct RowReader
{
    private readonly byte _flags;
    private readonly Deletion _rowDeletion = Deletion.None;
    private readonly Cell _marker;
    private ReadOnlySpan<byte> _rest;
    private RowContext _context;
    private WriteTimestamp _floor = WriteTimestamp.None;
    private Cell _cell;
    private ReadOnlySpan<byte> _elementKey;
    private Deletion _collectionDeletion = Deletion.None;
    private int _column = -1;
    private int _elements;
    private bool _inCollection;

    /// <exception cref="MalformedDataException">The start of the row is not decodable.</exception>
    public RowReader(ReadOnlySpan<byte> row)
    {
        _rest = row;
        _flags = ReadByte();
        if ((_flags & ~RowFormat.KnownFlags) != 0)
        {
            throw new MalformedDataException($"A row begins with unknown flags 0x{_flags:x2}.");
        }

        if ((_flags & RowFormat.HasDeletion) != 0)
        {
            _rowDeletion = ReadRowDeletion();
            _floor = _rowDeletion.Timestamp;
        }

        if ((_flags & RowFormat.HasMarker) != 0)
        {
            ReadCell(ReadByte(), _floor, isElement: false);
            _marker = _cell;
            if (_marker.Kind == CellKind.Tombstone || !_marker.Value.IsEmpty)
            {
                throw new MalformedDataException("A row's marker is a tombstone or has a value.");
            }
        }
    }

    public readonly bool HasRanges => (_flags & RowFormat.HasRanges) != 0;

    /// <summary>None if the row has no deletion.</summary>
    public readonly Deletion RowDeletion => _rowDeletion;

    public readonly bool HasMarker => (_flags & RowFormat.HasMarker) != 0;

    public readonly Cell Marker => _marker;

    public RowPart Part { get; private set; }

    public readonly ColumnId Column => new((ushort)(_column / 2));

    public readonly Deletion CollectionDeletion => _collectionDeletion;

    public readonly ReadOnlySpan<byte> ElementKey => _elementKey;

    public readonly Cell Cell => _cell;

    /// <summary>The order of columns in the format: twice the id, plus one for a multi-cell column.</summary>
    internal readonly int ColumnOrder => _column;

    [UnscopedRef]
    internal readonly ref readonly Cell CurrentCell => ref _cell;

    /// <exception cref="MalformedDataException">The rest of the row is not decodable.</exception>
    public bool MoveNext()
    {
        if (_inCollection)
        {
            var head = ReadByte();
            if (head != RowFormat.EndOfCollection)
            {
                ReadElement(head);
                return true;
            }

            EndCollection();
        }

        if (_rest.IsEmpty)
        {
            return false;
        }

        ReadColumn();
        return true;
    }

    private void ReadColumn()
    {
        var head = Varint.Read(ref _rest);
        var column = (head >> 1) + (ulong)(_column + 1);
        if (column > (2UL * ushort.MaxValue) + 1)
        {
            throw new MalformedDataException("A row has a column whose id is too large.");
        }

        _column = (int)column;
        _inCollection = _column % 2 == 1;
        var hasDeletion = (head & 1) != 0;
        if (!_inCollection)
        {
            Part = hasDeletion ? throw new MalformedDataException("A simple column has a deletion.") : RowPart.SimpleColumn;
            ReadCell(ReadByte(), _floor, isElement: false);
            return;
        }

        Part = RowPart.Collection;
        _elements = 0;
        _collectionDeletion = Deletion.None;
        if (hasDeletion)
        {
            ReadCell(ReadByte(), _floor, isElement: false);
            _collectionDeletion = _cell.Kind == CellKind.Tombstone
                ? new Deletion(_cell.Timestamp, _cell.Formed)
                : throw new MalformedDataException("A collection's deletion is not a tombstone.");
        }
    }

    private void ReadElement(byte head)
    {
        Part = RowPart.Element;
        var previous = _elementKey;
        var floor = _collectionDeletion.IsNone ? _floor : _collectionDeletion.Timestamp;
        ReadCell(head, floor, isElement: true);
        if (_elements++ > 0 && previous.SequenceCompareTo(_elementKey) >= 0)
        {
            throw new MalformedDataException("The elements of a collection are not in order.");
        }
    }

    private void EndCollection()
    {
        _inCollection = false;
        if (_elements == 0 && _collectionDeletion.IsNone)
        {
            throw new MalformedDataException("A collection has neither elements nor a deletion.");
        }
    }

    private Deletion ReadRowDeletion()
    {
        var timestamp = new WriteTimestamp(Varint.UnZigZag(Varint.Read(ref _rest)));
        if (timestamp == WriteTimestamp.None)
        {
            throw new MalformedDataException("A row has a deletion at no time.");
        }

        _context.Saw(timestamp.Microseconds);
        _context.Formed = ReadNonNegative();
        return new Deletion(timestamp, new FormationTime(_context.Formed));
    }

    private void ReadCell(byte head, WriteTimestamp floor, bool isElement)
    {
        if ((head & ~RowFormat.KnownCellBits) != 0 || (head & RowFormat.KindBits) == RowFormat.EndOfCollection)
        {
            throw new MalformedDataException($"A cell begins with unknown bits 0x{head:x2}.");
        }

        if (isElement)
        {
            _elementKey = Take(Varint.ReadCount(ref _rest, Limits.ElementKeyBytesMax));
        }

        var timestamp = ReadTimestamp(head);
        if (timestamp.CompareTo(floor) <= 0)
        {
            throw new MalformedDataException("A row holds what its own deletion shadows, or a timestamp that is none.");
        }

        var kind = (CellKind)(head & RowFormat.KindBits);
        ReadKind(head, kind);
        _cell = new Cell
        {
            Kind = kind,
            Timestamp = timestamp,
            ExpiresAtSeconds = kind == CellKind.Expiring ? _context.ExpiresAtSeconds : 0,
            TtlSeconds = kind == CellKind.Expiring ? _context.TtlSeconds : 0,
            Formed = kind == CellKind.Tombstone ? new FormationTime(_context.Formed) : default,
            Value = ReadValue(head, kind),
        };
    }

    private WriteTimestamp ReadTimestamp(byte head)
    {
        long difference = 0;
        if ((head & RowFormat.SameTimestamp) == 0)
        {
            difference = Varint.UnZigZag(Varint.Read(ref _rest));
            if (difference == 0)
            {
                throw new MalformedDataException("A timestamp is written that should have been left out.");
            }
        }

        var timestamp = unchecked(_context.FirstTimestamp + difference);
        _context.Saw(timestamp);
        return new WriteTimestamp(timestamp);
    }

    private void ReadKind(byte head, CellKind kind)
    {
        var repeats = (head & RowFormat.Repeats) != 0;
        switch (kind)
        {
            case CellKind.Plain when repeats:
                throw new MalformedDataException("A plain cell repeats what it does not have.");
            case CellKind.Expiring when !repeats:
                var expiresAt = ReadNonNegative();
                var ttl = Varint.ReadCount(ref _rest, int.MaxValue);
                if (ttl == 0 || (expiresAt == _context.ExpiresAtSeconds && ttl == _context.TtlSeconds))
                {
                    throw new MalformedDataException("An expiry is written that should have been left out, or has no TTL.");
                }

                (_context.ExpiresAtSeconds, _context.TtlSeconds) = (expiresAt, ttl);
                break;
            case CellKind.Expiring when _context.TtlSeconds == 0:
                throw new MalformedDataException("An expiry repeats where there is none before.");
            case CellKind.Tombstone when !repeats:
                var formed = ReadNonNegative();
                _context.Formed = formed != _context.Formed
                    ? formed
                    : throw new MalformedDataException("A formation is written that should have been left out.");
                break;
        }
    }

    private ReadOnlySpan<byte> ReadValue(byte head, CellKind kind)
    {
        if ((head & RowFormat.HasValue) == 0)
        {
            return [];
        }

        var length = Varint.ReadCount(ref _rest, int.MaxValue);
        if (length == 0 || kind == CellKind.Tombstone)
        {
            throw new MalformedDataException("A value is empty but written, or a tombstone's.");
        }

        return Take(length);
    }

    private long ReadNonNegative()
    {
        var value = Varint.Read(ref _rest);
        return value <= long.MaxValue ? (long)value : throw new MalformedDataException("A time is over 63 bits.");
    }

    private byte ReadByte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new MalformedDataException("A row ends too early.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
