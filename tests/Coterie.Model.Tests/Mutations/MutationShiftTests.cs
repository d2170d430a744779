using System.Buffers;
using System.Collections.Frozen;
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
    private static readonly FrozenSet<ColumnId> NoLists = FrozenSet<ColumnId>.Empty;
    private static readonly FrozenSet<ColumnId> Lists = FrozenSet.ToFrozenSet([new ColumnId(2)]);

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
        MutationShift.Write(mutation, new WriteTimestamp(newest + Difference), NoLists, destination);
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

        Assert.Throws<MalformedDataException>(() => MutationShift.Write(Mutation([row.WrittenSpan.ToArray()]), new WriteTimestamp(newest), NoLists, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void What_is_appended_later_stands_later_whatever_the_clocks_said()
    {
        var first = Placed(ListRow(false, (1_000_000, "a"), (1_000_000, "b")), 50);
        var second = Placed(ListRow(false, (3, "c")), 60);
        Assert.Equal(["a", "b", "c"], Elements(Merged(first, second), Lists));
        Assert.Equal(["a", "b", "c"], Elements(Merged(second, first), Lists));
    }

    [Fact]
    public void What_is_prepended_later_stands_earlier_whatever_the_clocks_said()
    {
        var first = Placed(ListRow(true, (1_000_000, "a"), (1_000_000, "b")), 50);
        var second = Placed(ListRow(true, (3, "c")), 60);
        Assert.Equal("c", Elements(Merged(first, second), Lists)[0]);
    }

    [Fact]
    public void Elements_that_were_there_before_keep_their_places_beside_new_ones()
    {
        var there = Placed(ListRow(false, (10, "old")), 500);
        var reader = new RowReader(there);
        Assert.True(reader.MoveNext() && reader.MoveNext());
        var old = reader.ElementKey.ToArray();

        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.BeginCollection(new ColumnId(2), Deletion.None);
        writer.Element(NewKey(true, 700, 0, "first"), Cell(700, "first"));
        writer.Element(NewKey(false, 700, 1, "last"), Cell(700, "last"));
        writer.Element(old, Cell(700, "changed"));
        writer.Finish();

        var placed = Placed(row.WrittenSpan.ToArray(), 800);
        RowMerge.Validate(placed);
        Assert.Equal(["first", "changed", "last"], Elements(Merged(there, placed), Lists));
        Assert.Equal(800, NewestTimestamp.Of(placed).Microseconds);
    }

    [Fact]
    public void Keys_of_sets_and_maps_are_left_as_they_are()
    {
        var row = ListRow(false, (10, "a"));
        var shifted = new ArrayBufferWriter<byte>();
        RowShift.Write(row, 5, NoLists, shifted);
        var reader = new RowReader(shifted.WrittenSpan);
        Assert.True(reader.MoveNext() && reader.MoveNext());
        Assert.Equal(NewKey(false, 10, 0, "a"), reader.ElementKey.ToArray());
    }

    private static byte[] ListRow(bool prepend, params (long Timestamp, string Value)[] elements)
    {
        var row = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(row);
        writer.BeginCollection(new ColumnId(2), Deletion.None);
        for (var i = 0; i < elements.Length; i++)
        {
            var at = prepend ? elements.Length - 1 - i : i;
            writer.Element(NewKey(prepend, elements[at].Timestamp, at, elements[at].Value), Cell(elements[at].Timestamp, elements[at].Value));
        }

        writer.Finish();
        return row.WrittenSpan.ToArray();
    }

    private static byte[] NewKey(bool prepend, long timestamp, int place, string value)
    {
        var key = new byte[ListElementKey.Bytes];
        ListElementKey.Write(key, prepend, new WriteTimestamp(timestamp), place, (uint)value[0]);
        return key;
    }

    private static Cell Cell(long timestamp, string value) => new()
    {
        Kind = CellKind.Plain,
        Timestamp = new WriteTimestamp(timestamp),
        Value = System.Text.Encoding.UTF8.GetBytes(value),
    };

    private static byte[] Placed(byte[] row, long stamp)
    {
        var placed = new ArrayBufferWriter<byte>();
        MutationShift.Write(Mutation([row]), new WriteTimestamp(stamp), Lists, placed);
        var reader = new MutationReader(placed.WrittenSpan);
        Assert.True(reader.MoveNext());
        return reader.Row.ToArray();
    }

    private static List<string> Elements(byte[] row, FrozenSet<ColumnId> lists)
    {
        var elements = new List<string>();
        var reader = new RowReader(row);
        while (reader.MoveNext())
        {
            if (reader.Part == RowPart.Element && lists.Contains(reader.Column))
            {
                elements.Add(System.Text.Encoding.UTF8.GetString(reader.Cell.Value));
            }
        }

        return elements;
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
        RowShift.Write(row, microseconds, NoLists, shifted);
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
