using System.Buffers;
using Coterie.Model.Ids;

namespace Coterie.Model.Rows;

/// <summary>
/// Writes one row in its canonical encoding: equal states give equal bytes, and no schema is needed to read them. Parts are given in
/// the order of the format: deletion, marker, then columns by id; in a column of cells its deletion, then elements by key bytes.
/// What the row's deletion shadows must not be written. Format: docs/formats.md.
/// </summary>
public ref struct RowWriter
{
    public RowWriter(IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>For a header: the partition has range tombstones. Merging keeps it set.</summary>
    public void HasRanges() => throw new NotImplementedException();

    public void RowDeletion(Deletion deletion) => throw new NotImplementedException();

    /// <summary>The primary key itself as written by INSERT: keeps a row alive whose columns are all null. Its value is empty.</summary>
    public void Marker(in Cell marker) => throw new NotImplementedException();

    public void SimpleColumn(ColumnId column, in Cell cell) => throw new NotImplementedException();

    /// <summary>Opens a multi-cell column; elements follow. <paramref name="deletion"/> may be none.</summary>
    public void BeginCollection(ColumnId column, Deletion deletion) => throw new NotImplementedException();

    public void Element(ReadOnlySpan<byte> key, in Cell cell) => throw new NotImplementedException();

    public void Finish() => throw new NotImplementedException();
}
