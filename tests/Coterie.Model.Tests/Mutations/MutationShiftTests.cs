using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Rows;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Model.Tests.Mutations;

public sealed class MutationShiftTests
{
    private const long Difference = 1_000_000_007;

    /// <summary>Rows whose timestamps are far enough from either end to be moved.</summary>
    private static readonly Gen<byte[]> Movable = RowGen.Encoded.Where(static row => NewestTimestamp.Of(row) != WriteTimestamp.None && AreWithin(row, long.MaxValue / 2));

    [Fact]
    public void A_moved_row_is_valid_and_moved_back_is_what_it_was() => Movable.Sample(static row =>
    {
        var moved = Shifted(row, Difference);
        RowMerge.Validate(moved);
        Assert.Equal(NewestTimestamp.Of(row).Microseconds + Difference, NewestTimestamp.Of(moved).Microseconds);
        Assert.Equal(row, Shifted(moved, -Difference));
    });

    [Fact]
    public void Rows_merge_alike_wherever_they_are_moved_together() => Gen.Select(Movable, Movable).Sample(static (left, right) =>
        Assert.Equal(Shifted(Merged(left, right), Difference), Merged(Shifted(left, Difference), Shifted(right, Difference))));

    [Fact]
    public void The_newest_of_a_mutation_gets_the_new_time_and_nothing_else_changes() => Movable.Array[1, 4].Sample(static rows =>
    {
        var mutation = Mutation(rows);
        var newest = rows.Max(static row => NewestTimestamp.Of(row).Microseconds);
        var destination = new ArrayBufferWriter<byte>();
        MutationShift.Write(mutation, new WriteTimestamp(newest + Difference), destination);
        MutationReader.Validate(destination.WrittenSpan);
        var reader = new MutationReader(destination.WrittenSpan);
        Assert.Equal((new StorageId(7), 99L), (reader.Table, reader.Formed.Milliseconds));
        foreach (var row in rows)
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(Shifted(row, Difference), reader.Row.ToArray());
        }

        Assert.False(reader.MoveNext());
    });

    [Theory]
    [InlineData(long.MinValue + 1, long.MaxValue)]
    [InlineData(-2, long.MaxValue)]
    public void A_time_that_cannot_be_reached_is_malformed(long timestamp, long newest)
    {
        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.SimpleColumn(new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp), Value = "v"u8 });
        writer.Finish();

        Assert.Throws<MalformedDataException>(() => MutationShift.Write(Mutation([row.WrittenSpan.ToArray()]), new WriteTimestamp(newest), new ArrayBufferWriter<byte>()));
    }

    private static byte[] Mutation(IReadOnlyList<byte[]> rows)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(bytes, new StorageId(7), Partitioner.TokenOf("key"u8), new FormationTime(99), "key"u8);
        for (var i = 0; i < rows.Count; i++)
        {
            writer.Entry([(byte)EntryKind.Row, 0x40, (byte)i], rows[i]);
        }

        writer.Finish();
        return bytes.WrittenSpan.ToArray();
    }

    private static byte[] Merged(byte[] left, byte[] right)
    {
        var merged = new ArrayBufferWriter<byte>();
        RowMerge.Merge(left, right, merged);
        return merged.WrittenSpan.ToArray();
    }

    private static byte[] Shifted(byte[] row, long microseconds)
    {
        var shifted = new ArrayBufferWriter<byte>();
        RowShift.Write(row, microseconds, shifted);
        return shifted.WrittenSpan.ToArray();
    }

    private static bool AreWithin(byte[] row, long bound)
    {
        var reader = new RowReader(row);
        var isWithin = Is(reader.RowDeletion.IsNone ? 0 : reader.RowDeletion.Timestamp.Microseconds) && (!reader.HasMarker || Is(reader.Marker.Timestamp.Microseconds));
        while (reader.MoveNext())
        {
            isWithin &= reader.Part == RowPart.Collection
                ? reader.CollectionDeletion.IsNone || Is(reader.CollectionDeletion.Timestamp.Microseconds)
                : Is(reader.Cell.Timestamp.Microseconds);
        }

        return isWithin;

        bool Is(long timestamp) => timestamp > -bound && timestamp < bound;
    }
}
