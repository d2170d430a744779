using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Tests;

/// <summary>Keys and rows of a table of one clustering byte and one column, as small as they can be.</summary>
internal static class TestRows
{
    public static byte[] RowKey(byte clustering) => [(byte)EntryKind.Row, clustering];

    public static RowSlice Slice(byte from, byte to) => new(RowKey(from), RowKey(to));

    public static RowSlice Only(byte clustering) => new(RowKey(clustering), (byte[])[.. RowKey(clustering), 0]);

    public static byte[] Value(long timestamp, string value) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(1), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp), Value = System.Text.Encoding.UTF8.GetBytes(value) }));

    public static byte[] Expiring(long timestamp, long expiresAt) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(1), new Cell { Kind = CellKind.Expiring, Timestamp = new WriteTimestamp(timestamp), ExpiresAtSeconds = expiresAt, TtlSeconds = 1 }));

    public static byte[] Tombstone(long timestamp) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(1), new Cell { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(timestamp) }));

    public static byte[] Deletion(long timestamp, bool hasRanges = false) => Row((ref RowWriter writer) =>
    {
        if (hasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(new Deletion(new WriteTimestamp(timestamp), default));
    });

    public static byte[] HasRanges() => Row((ref RowWriter writer) => writer.HasRanges());

    public static byte[] RangeKey(byte from, byte to)
    {
        var destination = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone(RowKey(from), RowKey(to), destination);
        return destination.WrittenSpan.ToArray();
    }

    /// <summary>A write that adds so many elements to the set that is column 2.</summary>
    public static byte[] Elements(int from, int count, long timestamp = 10) => Row((ref RowWriter writer) =>
    {
        writer.BeginCollection(new ColumnId(2), Model.Rows.Deletion.None);
        for (var i = from; i < from + count; i++)
        {
            var key = new byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(key, i);
            writer.Element(key, new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp) });
        }
    });

    /// <summary>A write of one column with so many bytes.</summary>
    public static byte[] Large(ushort column, int bytes) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(column), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(10 + column), Value = new byte[bytes] }));

    private static byte[] Row(RowContent content)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        content(ref writer);
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    private delegate void RowContent(ref RowWriter writer);
}
