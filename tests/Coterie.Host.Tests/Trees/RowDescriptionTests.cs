using System.Buffers;
using System.Text;
using Coterie.Host.Admin.Trees;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Types;

namespace Coterie.Host.Tests.Trees;

/// <summary>Stored keys and rows in words.</summary>
public sealed class RowDescriptionTests
{
    private static readonly TableSchema Table = new("ks", "t", Guid.Empty, new StorageId(7),
    [
        new ColumnSchema("a", ColumnKind.PartitionKey, NativeType.Int, 0, false, default),
        new ColumnSchema("b", ColumnKind.PartitionKey, NativeType.Text, 1, false, default),
        new ColumnSchema("c", ColumnKind.Clustering, NativeType.Int, 0, true, default),
        new ColumnSchema("m", ColumnKind.Regular, new MapType(NativeType.Text, NativeType.Int, frozen: false), 0, false, new ColumnId(1)),
        new ColumnSchema("v", ColumnKind.Regular, NativeType.Text, 0, false, new ColumnId(2)),
    ],
    TableOptions.Default);

    private static readonly byte[] Partition = [0, 4, 0, 0, 0, 1, 0, 0, 1, (byte)'x', 0];

    [Fact]
    public void A_key_is_told_by_its_columns()
    {
        Assert.Equal("(1, x), 2", RowDescription.KeyOf(Table, Key(static entry =>
        {
            EntryKey.BeginRow(entry);
            EntryKey.WriteClustering(Table.Clustering[0], [0, 0, 0, 2], entry);
        })));
        Assert.Equal("(1, x): its static columns", RowDescription.KeyOf(Table, Key(static entry => entry.Write(EntryKey.Static))));
        Assert.Equal("(1, x): what is deleted of the whole partition", RowDescription.KeyOf(Table, Key(static entry => entry.Write(EntryKey.Header))));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 9 })]
    [InlineData(new byte[] { 0, 4, 0, 0, 0, 1, 0 })]
    public void What_is_no_key_of_the_table_is_said_to_be_none(byte[] partition)
    {
        var key = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(Table.StorageId, default, partition, key);
        EntryKey.BeginRow(key);
        Assert.Throws<MalformedDataException>(() => RowDescription.KeyOf(Table, key.WrittenSpan.ToArray()));
    }

    [Fact]
    public void Cells_have_their_timestamps_and_tombstones_are_shown()
    {
        var row = Row(static writer =>
        {
            writer.RowDeletion(new Deletion(new WriteTimestamp(3), new FormationTime(1)));
            writer.BeginCollection(new ColumnId(1), Deletion.None);
            writer.Element("k"u8, new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(10), Value = [0, 0, 0, 5] });
            writer.SimpleColumn(new ColumnId(2), new Cell { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(11), Formed = new FormationTime(1) });
            writer.SimpleColumn(new ColumnId(9), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(12), Value = [1, 2] });
            return writer;
        });

        var version = RowDescription.VersionOf(Table, [1], row);

        Assert.Equal(
        [
            new RowCellReport("all that was written before", null, "deletion", "3"),
            new RowCellReport("m[k]", "5", "value", "10"),
            new RowCellReport("v", null, "tombstone", "11"),
            new RowCellReport("a column that is gone (9)", "0x0102", "value", "12"),
        ], version.Cells);
        Assert.Equal(32, version.Hash.Length);
    }

    [Fact]
    public void Much_is_cut_off_and_said_to_be()
    {
        var row = Row(static writer =>
        {
            writer.BeginCollection(new ColumnId(1), Deletion.None);
            for (var i = 0; i < RowDescription.CellsMax + 7; i++)
            {
                writer.Element(Encoding.UTF8.GetBytes($"k{i:D4}"), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(10), Value = [0, 0, 0, 5] });
            }

            writer.SimpleColumn(new ColumnId(2), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(11), Value = new byte[RowDescription.TextMax * 2] });
            return writer;
        });

        var version = RowDescription.VersionOf(Table, [1], row);

        Assert.Equal((RowDescription.CellsMax, 8), (version.Cells.Count, version.LeftOut));
        var text = Row(static writer =>
        {
            writer.SimpleColumn(new ColumnId(2), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(11), Value = Encoding.UTF8.GetBytes(new string('x', RowDescription.TextMax * 2)) });
            return writer;
        });
        Assert.Equal(RowDescription.TextMax + 1, Assert.Single(RowDescription.VersionOf(Table, [1], text).Cells).Value!.Length);
    }

    private static byte[] Key(Action<ArrayBufferWriter<byte>> entry)
    {
        var key = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(Table.StorageId, default, Partition, key);
        entry(key);
        return key.WrittenSpan.ToArray();
    }

    private static byte[] Row(Func<RowWriter, RowWriter> fill)
    {
        var row = new ArrayBufferWriter<byte>();
        fill(new RowWriter(row)).Finish();
        return row.WrittenSpan.ToArray();
    }
}
