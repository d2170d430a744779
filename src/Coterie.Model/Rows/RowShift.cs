using System.Buffers;
using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>Moves all timestamps of an encoded row by the same difference: what it says of one write stays as it is, only when that was changes.</summary>
public static class RowShift
{
    /// <param name="row">Valid.</param>
    /// <param name="microseconds">Added to each timestamp.</param>
    public static void Write(ReadOnlySpan<byte> row, long microseconds, IBufferWriter<byte> destination)
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

        while (reader.MoveNext())
        {
            switch (reader.Part)
            {
                case RowPart.SimpleColumn:
                    writer.SimpleColumn(reader.Column, Shifted(reader.Cell, microseconds));
                    break;
                case RowPart.Collection:
                    writer.BeginCollection(reader.Column, Shifted(reader.CollectionDeletion, microseconds));
                    break;
                case RowPart.Element:
                    writer.Element(reader.ElementKey, Shifted(reader.Cell, microseconds));
                    break;
            }
        }

        writer.Finish();
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
