using Coterie.Model.Mutations;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Model.Reads;

/// <summary>The newest timestamp in a row or a mutation, live or not: what a replica's vote says it has heard of.</summary>
public static class NewestTimestamp
{
    /// <param name="row">An encoded row, or nothing.</param>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static WriteTimestamp Of(ReadOnlySpan<byte> row)
    {
        if (row.IsEmpty)
        {
            return WriteTimestamp.None;
        }

        var reader = new RowReader(row);
        var newest = reader.RowDeletion.Timestamp;
        if (reader.HasMarker)
        {
            newest = Later(newest, reader.Marker.Timestamp);
        }

        while (reader.MoveNext())
        {
            newest = Later(newest, reader.Part == RowPart.Collection ? reader.CollectionDeletion.Timestamp : reader.Cell.Timestamp);
        }

        return newest;
    }

    /// <param name="mutation">Valid (<see cref="MutationReader.Validate"/>).</param>
    public static WriteTimestamp OfMutation(ReadOnlySpan<byte> mutation)
    {
        var newest = WriteTimestamp.None;
        var reader = new MutationReader(mutation);
        while (reader.MoveNext())
        {
            newest = Later(newest, Of(reader.Row));
        }

        return newest;
    }

    public static WriteTimestamp Later(WriteTimestamp left, WriteTimestamp right) => left.CompareTo(right) >= 0 ? left : right;
}
