namespace Coterie.Model.Ids;

/// <summary>Names a static or regular column inside an encoded row. Given out in increasing order within a table, never reused.</summary>
public readonly record struct ColumnId(ushort Value) : IComparable<ColumnId>
{
    public int CompareTo(ColumnId other) => Value.CompareTo(other.Value);
}
