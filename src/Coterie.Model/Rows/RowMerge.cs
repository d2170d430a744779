using System.Buffers;

namespace Coterie.Model.Rows;

/// <summary>
/// The one merge of the product: RocksDB's merge operator, the reconciliation of a quorum read, the effect of a hint, of read repair,
/// of anti-entropy and of streaming. The join of a semilattice: commutative, associative, idempotent, and it never looks at a clock.
/// </summary>
/// <remarks>
/// It fails on no two rows that can be decoded: a result over a limit is still the result (limits are checked on what comes in, by
/// <see cref="Validate"/>), and a column that is simple in one row and multi-cell in the other is two columns. After an exception the
/// destination holds part of a row: throw it away.
/// </remarks>
public static class RowMerge
{
    /// <summary>Appends the canonical encoding of the join of two encoded rows. One pass, no allocation beyond the destination's.</summary>
    /// <exception cref="MalformedDataException">One of them is not decodable.</exception>
    public static void Merge(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, IBufferWriter<byte> destination)
    {
        var leftReader = new RowReader(left);
        var rightReader = new RowReader(right);
        var writer = new RowWriter(destination);
        if (leftReader.HasRanges || rightReader.HasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(Deletion.Later(leftReader.RowDeletion, rightReader.RowDeletion));
        MergeMarkers(leftReader, rightReader, ref writer);

        var leftMore = leftReader.MoveNext();
        var rightMore = rightReader.MoveNext();
        while (leftMore && rightMore)
        {
            if (leftReader.ColumnOrder < rightReader.ColumnOrder)
            {
                leftMore = CopyColumn(ref leftReader, ref writer);
            }
            else if (leftReader.ColumnOrder > rightReader.ColumnOrder)
            {
                rightMore = CopyColumn(ref rightReader, ref writer);
            }
            else if (leftReader.Part == RowPart.SimpleColumn)
            {
                writer.SimpleColumn(leftReader.Column, Greater(leftReader.CurrentCell, rightReader.CurrentCell));
                leftMore = leftReader.MoveNext();
                rightMore = rightReader.MoveNext();
            }
            else
            {
                MergeCollections(ref leftReader, ref rightReader, ref writer, out leftMore, out rightMore);
            }
        }

        while (leftMore)
        {
            leftMore = CopyColumn(ref leftReader, ref writer);
        }

        while (rightMore)
        {
            rightMore = CopyColumn(ref rightReader, ref writer);
        }

        writer.Finish();
    }

    /// <summary>
    /// Appends the row without what the deletion of its partition or of a range shadows: cells, and deletions that are no later. False if
    /// nothing is left (nothing is appended).
    /// </summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static bool Shadow(ReadOnlySpan<byte> row, Deletion outer, IBufferWriter<byte> destination)
    {
        var reader = new RowReader(row);
        var writer = new RowWriter(destination, outer);
        if (reader.HasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(reader.RowDeletion);
        if (reader.HasMarker)
        {
            writer.Marker(reader.Marker);
        }

        var more = reader.MoveNext();
        while (more)
        {
            more = CopyColumn(ref reader, ref writer);
        }

        if (writer.IsEmpty)
        {
            return false;
        }

        writer.Finish();
        return true;
    }

    /// <summary>Checks that the bytes are exactly the canonical encoding of a row, within the limits. Before anything is written.</summary>
    /// <exception cref="MalformedDataException">They are not; the message says what is wrong.</exception>
    public static void Validate(ReadOnlySpan<byte> row)
    {
        if (row.Length > Limits.RowBytesMax)
        {
            throw new MalformedDataException($"A row of {row.Length} bytes is over the limit of {Limits.RowBytesMax}.");
        }

        ValidateElements(row, Limits.CollectionElementsMax);
    }

    /// <summary>
    /// Checks that the bytes are exactly the canonical encoding of a row, however large. For what comes from a replica: the limits are those of
    /// one write, and a row may have grown beyond them with many; what has been acknowledged must not become unreadable.
    /// </summary>
    /// <exception cref="MalformedDataException">They are not; the message says what is wrong.</exception>
    public static void ValidateStored(ReadOnlySpan<byte> row) => ValidateElements(row, int.MaxValue);

    /// <summary>Whether a read at <paramref name="nowSeconds"/> sees the row: its marker or any cell is live.</summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static bool IsLive(ReadOnlySpan<byte> row, long nowSeconds)
    {
        var reader = new RowReader(row);
        if (reader.HasMarker && reader.Marker.IsLive(nowSeconds))
        {
            return true;
        }

        while (reader.MoveNext())
        {
            if (reader.Part != RowPart.Collection && reader.CurrentCell.IsLive(nowSeconds))
            {
                return true;
            }
        }

        return false;
    }

    private static void ValidateElements(ReadOnlySpan<byte> row, int elementsMax)
    {
        var reader = new RowReader(row);
        var isEmpty = !reader.HasRanges && !reader.HasMarker && reader.RowDeletion.IsNone;
        var elements = 0;
        while (reader.MoveNext())
        {
            isEmpty = false;
            elements = reader.Part == RowPart.Element ? elements + 1 : 0;
            if (elements > elementsMax)
            {
                throw new MalformedDataException($"A collection has over {elementsMax} elements.");
            }
        }

        if (isEmpty)
        {
            throw new MalformedDataException("A row says nothing.");
        }
    }

    private static void MergeMarkers(scoped in RowReader left, scoped in RowReader right, scoped ref RowWriter writer)
    {
        if (left.HasMarker && right.HasMarker)
        {
            writer.Marker(Greater(left.Marker, right.Marker));
        }
        else if (left.HasMarker || right.HasMarker)
        {
            writer.Marker(left.HasMarker ? left.Marker : right.Marker);
        }
    }

    /// <summary>Writes the column at which the reader stands and moves the reader to the next. False at the end.</summary>
    private static bool CopyColumn(scoped ref RowReader reader, scoped ref RowWriter writer)
    {
        if (reader.Part == RowPart.SimpleColumn)
        {
            writer.SimpleColumn(reader.Column, reader.CurrentCell);
            return reader.MoveNext();
        }

        writer.BeginCollection(reader.Column, reader.CollectionDeletion);
        var more = reader.MoveNext();
        while (more && reader.Part == RowPart.Element)
        {
            writer.Element(reader.ElementKey, reader.CurrentCell);
            more = reader.MoveNext();
        }

        return more;
    }

    private static void MergeCollections(
        scoped ref RowReader left, scoped ref RowReader right, scoped ref RowWriter writer, out bool leftMore, out bool rightMore)
    {
        writer.BeginCollection(left.Column, Deletion.Later(left.CollectionDeletion, right.CollectionDeletion));
        leftMore = left.MoveNext();
        rightMore = right.MoveNext();
        while (true)
        {
            var leftElement = leftMore && left.Part == RowPart.Element;
            var rightElement = rightMore && right.Part == RowPart.Element;
            if (!leftElement && !rightElement)
            {
                return;
            }

            var order = !rightElement ? -1 : !leftElement ? 1 : left.ElementKey.SequenceCompareTo(right.ElementKey);
            if (order == 0)
            {
                writer.Element(left.ElementKey, Greater(left.CurrentCell, right.CurrentCell));
            }
            else if (order < 0)
            {
                writer.Element(left.ElementKey, left.CurrentCell);
            }
            else
            {
                writer.Element(right.ElementKey, right.CurrentCell);
            }

            leftMore = order <= 0 ? left.MoveNext() : leftMore;
            rightMore = order >= 0 ? right.MoveNext() : rightMore;
        }
    }

    private static Cell Greater(in Cell left, in Cell right) => CellOrder.Compare(left, right) >= 0 ? left : right;
}
