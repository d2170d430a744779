using Coterie.Model.Ids;

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

/// <summary>Walks an encoded row forward, without allocating.</summary>
public ref struct RowReader
{
    /// <exception cref="MalformedDataException">The start of the row is not decodable.</exception>
    public RowReader(ReadOnlySpan<byte> row) => throw new NotImplementedException();

    public bool HasRanges => throw new NotImplementedException();

    /// <summary>None if the row has no deletion.</summary>
    public Deletion RowDeletion => throw new NotImplementedException();

    public bool HasMarker => throw new NotImplementedException();

    public Cell Marker => throw new NotImplementedException();

    public RowPart Part => throw new NotImplementedException();

    public ColumnId Column => throw new NotImplementedException();

    public Deletion CollectionDeletion => throw new NotImplementedException();

    public ReadOnlySpan<byte> ElementKey => throw new NotImplementedException();

    public Cell Cell => throw new NotImplementedException();

    /// <exception cref="MalformedDataException">The rest of the row is not decodable.</exception>
    public bool MoveNext() => throw new NotImplementedException();
}
