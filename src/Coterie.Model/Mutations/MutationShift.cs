using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Model.Mutations;

/// <summary>A mutation as it was, but for the time of its writes.</summary>
public static class MutationShift
{
    /// <param name="mutation">Valid (<see cref="MutationReader.Validate"/>).</param>
    /// <param name="newest">What its newest timestamp becomes; the others keep their distance from it.</param>
    /// <param name="lists">The table's columns that are lists.</param>
    /// <exception cref="MalformedDataException">Its timestamps are so far from each other, or from the new one, that one would leave the range of 64 bits.</exception>
    public static void Write(ReadOnlySpan<byte> mutation, WriteTimestamp newest, IReadOnlySet<ColumnId> lists, IBufferWriter<byte> destination)
    {
        try
        {
            Shift(mutation, checked(newest.Microseconds - NewestTimestamp.OfMutation(mutation).Microseconds), lists, destination);
        }
        catch (OverflowException)
        {
            throw new MalformedDataException("timestamps of a mutation that cannot be moved");
        }
    }

    private static void Shift(ReadOnlySpan<byte> mutation, long microseconds, IReadOnlySet<ColumnId> lists, IBufferWriter<byte> destination)
    {
        var reader = new MutationReader(mutation);
        var writer = new MutationWriter(destination, reader.Table, reader.Token, reader.Formed, reader.PartitionKey);
        var row = new ArrayBufferWriter<byte>();
        while (reader.MoveNext())
        {
            row.ResetWrittenCount();
            RowShift.Write(reader.Row, microseconds, lists, row);
            writer.Entry(reader.EntryKey, row.WrittenSpan);
        }

        writer.Finish();
    }
}
