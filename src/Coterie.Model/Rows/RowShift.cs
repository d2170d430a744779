using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>
/// Moves all timestamps of an encoded row by the same difference: what it says of one write stays as it is, only when that was changes, and with it the place of
/// what it adds to lists.
/// </summary>
public static class RowShift
{
    /// <param name="row">Valid.</param>
    /// <param name="microseconds">Added to each timestamp.</param>
    /// <param name="lists">The columns that are lists, of which the elements' keys hold timestamps.</param>
    public static void Write(ReadOnlySpan<byte> row, long microseconds, IReadOnlySet<ColumnId> lists, IBufferWriter<byte> destination)
    {
        var reader = new RowReader(row);
        var writer = new RowWriter(destination);
        if (reader.HasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(Shifted(reader.RowDeletion, microseconds));
        if (reader.HasMarker)
        {
            writer.Marker(Shifted(reader.Marker, microseconds));
        }

        var isList = false;
        while (reader.MoveNext())
        {
            switch (reader.Part)
            {
                case RowPart.SimpleColumn:
                    writer.SimpleColumn(reader.Column, Shifted(reader.Cell, microseconds));
                    break;
                case RowPart.Collection:
                    writer.BeginCollection(reader.Column, Shifted(reader.CollectionDeletion, microseconds));
                    isList = lists.Contains(reader.Column);
                    if (isList)
                    {
                        // By their new keys, what is appended comes last.
                        WriteElements(ref writer, reader, microseconds, newlyAppended: false);
                        WriteElements(ref writer, reader, microseconds, newlyAppended: true);
                    }

                    break;
                case RowPart.Element when !isList:
                    writer.Element(reader.ElementKey, Shifted(reader.Cell, microseconds));
                    break;
            }
        }

        writer.Finish();
    }

    /// <summary>The elements of the list at which the reader stands.</summary>
    private static void WriteElements(scoped ref RowWriter writer, RowReader reader, long microseconds, bool newlyAppended)
    {
        Span<byte> placed = stackalloc byte[ListElementKey.Bytes];
        while (reader.MoveNext() && reader.Part == RowPart.Element)
        {
            if (ListElementKey.IsNewlyAppended(reader.ElementKey) != newlyAppended)
            {
                continue;
            }

            var isNew = ListElementKey.IsNew(reader.ElementKey);
            if (isNew)
            {
                ListElementKey.Place(reader.ElementKey, microseconds, placed);
            }

            writer.Element(isNew ? placed : reader.ElementKey, Shifted(reader.Cell, microseconds));
        }
    }

    private static Deletion Shifted(Deletion deletion, long microseconds) =>
        deletion.IsNone ? deletion : new Deletion(Shifted(deletion.Timestamp, microseconds), deletion.Formed);

    private static Cell Shifted(in Cell cell, long microseconds) => new()
    {
        Kind = cell.Kind,
        Timestamp = Shifted(cell.Timestamp, microseconds),
        ExpiresAtSeconds = cell.ExpiresAtSeconds,
        TtlSeconds = cell.TtlSeconds,
        Formed = cell.Formed,
        Value = cell.Value,
    };

    private static WriteTimestamp Shifted(WriteTimestamp timestamp, long microseconds) => new(checked(timestamp.Microseconds + microseconds));
}
