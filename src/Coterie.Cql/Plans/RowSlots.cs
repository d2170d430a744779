using System.Buffers;
using Coterie.Model.Rows;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>
/// Where in one encoded row the needed columns are, found in one walk. Holds offsets, not bytes: the row must be given again to write
/// a column out. Reused from row to row.
/// </summary>
internal sealed class RowSlots(Projection projection, bool isStatic, long nowSeconds) : IComparer<RowSlots.ElementPlace>
{
    private readonly Slot[] _slots = new Slot[projection.Slots.Length];
    private ElementPlace[] _elements = [];
    private int _elementCount;

    // Only while the elements of one collection are being sorted.
    private ReadOnlyMemory<byte> _sortedRow;
    private CqlType? _sortedType;

    /// <summary>Walks the row. True if a read sees it: its marker or any cell is live, whether needed or not.</summary>
    public bool Read(ReadOnlyMemory<byte> encoded)
    {
        Array.Clear(_slots);
        _elementCount = 0;
        if (encoded.IsEmpty)
        {
            return false;
        }

        var row = encoded.Span;
        var reader = new RowReader(row);
        var live = reader.HasMarker && reader.Marker.IsLive(nowSeconds);
        var slot = -1;
        while (reader.MoveNext())
        {
            if (reader.Part == RowPart.Collection)
            {
                slot = projection.SlotOf(isStatic, reader.Column);
                continue;
            }

            var cell = reader.Cell;
            if (!cell.IsLive(nowSeconds))
            {
                continue;
            }

            live = true;
            if (reader.Part == RowPart.Element)
            {
                AddElement(row, slot, reader.ElementKey, cell);
            }
            else if ((slot = projection.SlotOf(isStatic, reader.Column)) >= 0)
            {
                _slots[slot] = new Slot
                {
                    IsPresent = true,
                    Start = OffsetOf(row, cell.Value),
                    Length = cell.Value.Length,
                    Timestamp = cell.Timestamp.Microseconds,
                    TimeToLive = cell.Kind == CellKind.Expiring ? (int)(cell.ExpiresAtSeconds - nowSeconds) : -1,
                };
            }
        }

        return live;
    }

    public bool IsPresent(int slot) => _slots[slot].IsPresent;

    public bool TryGetTimestamp(int slot, out long microseconds)
    {
        microseconds = _slots[slot].Timestamp;
        return _slots[slot].IsPresent;
    }

    /// <summary>False where there is no value or it never expires.</summary>
    public bool TryGetTimeToLive(int slot, out int seconds)
    {
        seconds = _slots[slot].TimeToLive;
        return _slots[slot].IsPresent && seconds >= 0;
    }

    /// <summary>Writes a column as [bytes].</summary>
    public void Write(ReadOnlyMemory<byte> row, int index, IBufferWriter<byte> destination)
    {
        ref var slot = ref _slots[index];
        if (!slot.IsPresent)
        {
            Wire.WriteNull(destination);
        }
        else if (projection.Slots[index].Type.IsMultiCell)
        {
            WriteCollection(row, index, destination);
        }
        else
        {
            Wire.WriteBytes(destination, row.Span.Slice(slot.Start, slot.Length));
        }
    }

    private void AddElement(ReadOnlySpan<byte> row, int slot, ReadOnlySpan<byte> key, in Cell cell)
    {
        if (slot < 0)
        {
            return;
        }

        if (_elementCount == _elements.Length)
        {
            Array.Resize(ref _elements, Math.Max(16, _elementCount * 2));
        }

        ref var place = ref _slots[slot];
        if (!place.IsPresent)
        {
            place = new Slot { IsPresent = true, Start = _elementCount };
        }

        place.Length++;
        _elements[_elementCount++] = new ElementPlace(OffsetOf(row, key), key.Length, OffsetOf(row, cell.Value), cell.Value.Length);
    }

    private void WriteCollection(ReadOnlyMemory<byte> row, int index, IBufferWriter<byte> destination)
    {
        var type = projection.Slots[index].Type;
        var elements = _elements.AsSpan(_slots[index].Start, _slots[index].Length);
        SortByType(row, type, index);
        var length = sizeof(int);
        foreach (var element in elements)
        {
            length += type switch
            {
                ListType => sizeof(int) + element.ValueLength,
                SetType => sizeof(int) + element.KeyLength,
                _ => (2 * sizeof(int)) + element.KeyLength + element.ValueLength,
            };
        }

        Wire.WriteInt32(destination, length);
        Wire.WriteInt32(destination, elements.Length);
        foreach (var element in elements)
        {
            if (type is not ListType)
            {
                Wire.WriteBytes(destination, row.Span.Slice(element.KeyStart, element.KeyLength));
            }

            if (type is not SetType)
            {
                Wire.WriteBytes(destination, row.Span.Slice(element.ValueStart, element.ValueLength));
            }
        }
    }

    /// <summary>Cells are in the order of their keys' bytes, which is a list's order but not that of, say, negative integers.</summary>
    private void SortByType(ReadOnlyMemory<byte> row, CqlType type, int index)
    {
        _sortedType = type switch { SetType set => set.Element, MapType map => map.Key, _ => null };
        if (_sortedType is not null)
        {
            _sortedRow = row;
            if (!IsSorted(_elements.AsSpan(_slots[index].Start, _slots[index].Length)))
            {
                Array.Sort(_elements, _slots[index].Start, _slots[index].Length, this);
            }

            _sortedRow = default;
        }
    }

    /// <summary>Most are: and Array.Sort allocates.</summary>
    private bool IsSorted(ReadOnlySpan<ElementPlace> elements)
    {
        for (var i = 1; i < elements.Length; i++)
        {
            if (((IComparer<ElementPlace>)this).Compare(elements[i - 1], elements[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    int IComparer<ElementPlace>.Compare(ElementPlace x, ElementPlace y)
    {
        var row = _sortedRow.Span;
        return _sortedType!.Compare(row.Slice(x.KeyStart, x.KeyLength), row.Slice(y.KeyStart, y.KeyLength));
    }

    /// <summary>0 for an empty part, which is nowhere.</summary>
    private static int OffsetOf(ReadOnlySpan<byte> row, ReadOnlySpan<byte> part) => row.Overlaps(part, out var offset) ? offset : 0;

    /// <summary>One column. Of a collection <see cref="Start"/> and <see cref="Length"/> count elements, else bytes.</summary>
    private struct Slot
    {
        public bool IsPresent;
        public int Start;
        public int Length;
        public long Timestamp;
        public int TimeToLive;
    }

    internal readonly record struct ElementPlace(int KeyStart, int KeyLength, int ValueStart, int ValueLength);
}
