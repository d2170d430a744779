using System.Buffers;
using Coterie.Model.Rows;

namespace Coterie.Model.Deletes;

/// <summary>
/// What a limit allows to be swept out of one row: deletions and tombstones formed before its horizon, and expiring cells that expired before it.
/// What they shadow within the row is gone already, by the merge. The result is canonical: rows with equal states before have equal states after.
/// </summary>
public static class RowPurge
{
    /// <summary>
    /// Appends what is left of the row at the limit. False if nothing is (nothing is appended). A header's flag of ranges stays; whether there are
    /// any is not for one row to say.
    /// </summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static bool Apply(ReadOnlySpan<byte> row, PurgeLimit limit, IBufferWriter<byte> destination) =>
        Apply(row, Deletion.None, limit, keepsRanges: true, destination);

    /// <summary>The same of a row under the deletion of its partition or of a range: what that shadows goes too, whatever the limit.</summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static bool Apply(ReadOnlySpan<byte> row, Deletion outer, PurgeLimit limit, IBufferWriter<byte> destination) =>
        Apply(row, outer, limit, keepsRanges: true, destination);

    /// <param name="keepsRanges">Keep a header's flag of ranges.</param>
    internal static bool Apply(ReadOnlySpan<byte> row, Deletion outer, PurgeLimit limit, bool keepsRanges, IBufferWriter<byte> destination)
    {
        var reader = new RowReader(row);
        var writer = new RowWriter(destination, outer);
        if (reader.HasRanges && keepsRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(Kept(reader.RowDeletion, limit));
        if (reader.HasMarker && !IsPurgeable(reader.Marker, limit))
        {
            writer.Marker(reader.Marker);
        }

        while (reader.MoveNext())
        {
            switch (reader.Part)
            {
                case RowPart.Collection:
                    writer.BeginCollection(reader.Column, Kept(reader.CollectionDeletion, limit));
                    break;
                case RowPart.SimpleColumn when !IsPurgeable(reader.CurrentCell, limit):
                    writer.SimpleColumn(reader.Column, reader.CurrentCell);
                    break;
                case RowPart.Element when !IsPurgeable(reader.CurrentCell, limit):
                    writer.Element(reader.ElementKey, reader.CurrentCell);
                    break;
            }
        }

        if (writer.IsEmpty)
        {
            return false;
        }

        writer.Finish();
        return true;
    }

    /// <summary>
    /// The least formation or expiry, in milliseconds, of all that can ever be swept out of the row: there is something to sweep exactly at
    /// horizons above it, whatever its timestamp. <see cref="long.MaxValue"/> if there is nothing.
    /// </summary>
    /// <exception cref="MalformedDataException">The row is not decodable.</exception>
    public static long OldestPurgeable(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        var oldest = reader.RowDeletion.IsNone ? long.MaxValue : reader.RowDeletion.Formed.Milliseconds;
        if (reader.HasMarker)
        {
            oldest = Math.Min(oldest, PurgeableFrom(reader.Marker));
        }

        while (reader.MoveNext())
        {
            oldest = reader.Part == RowPart.Collection
                ? reader.CollectionDeletion.IsNone ? oldest : Math.Min(oldest, reader.CollectionDeletion.Formed.Milliseconds)
                : Math.Min(oldest, PurgeableFrom(reader.CurrentCell));
        }

        return oldest;
    }

    /// <summary>Whether the limit allows this deletion to be swept.</summary>
    public static bool IsPurgeable(Deletion deletion, PurgeLimit limit) =>
        !deletion.IsNone && deletion.Formed.CompareTo(limit.Horizon) < 0 && deletion.Timestamp.CompareTo(limit.Newest) <= 0;

    private static bool IsPurgeable(in Cell cell, PurgeLimit limit) =>
        PurgeableFrom(cell) < limit.Horizon.Milliseconds && cell.Timestamp.CompareTo(limit.Newest) <= 0;

    private static Deletion Kept(Deletion deletion, PurgeLimit limit) => IsPurgeable(deletion, limit) ? Deletion.None : deletion;

    /// <summary>An expiry that no clock will reach is never swept: the product is kept within 64 bits.</summary>
    private static long PurgeableFrom(in Cell cell) => cell.Kind switch
    {
        CellKind.Tombstone => cell.Formed.Milliseconds,
        CellKind.Expiring when cell.ExpiresAtSeconds < long.MaxValue / 1000 => cell.ExpiresAtSeconds * 1000,
        _ => long.MaxValue,
    };
}
