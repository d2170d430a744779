using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Replica.Tests;

/// <summary>Keys and rows of a table of one clustering byte and one column, as small as they can be.</summary>
internal static class TestData
{
    public static byte[] RowKey(byte clustering) => [(byte)EntryKind.Row, clustering];

    public static RowSlice Slice(byte from, byte to) => new(RowKey(from), RowKey(to));

    public static RowSlice Only(byte clustering) => new(RowKey(clustering), (byte[])[.. RowKey(clustering), 0]);

    public static byte[] Value(long timestamp, string value, int column = 1) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId((ushort)column), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp), Value = System.Text.Encoding.UTF8.GetBytes(value) }));

    public static byte[] Expiring(long timestamp, long expiresAt) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(1), new Cell { Kind = CellKind.Expiring, Timestamp = new WriteTimestamp(timestamp), ExpiresAtSeconds = expiresAt, TtlSeconds = 1 }));

    public static byte[] Tombstone(long timestamp) => Tombstone(timestamp, default);

    public static byte[] Tombstone(long timestamp, FormationTime formed) => Row((ref RowWriter writer) => writer.SimpleColumn(
        new ColumnId(1), new Cell { Kind = CellKind.Tombstone, Timestamp = new WriteTimestamp(timestamp), Formed = formed }));

    public static byte[] Deletion(long timestamp, bool hasRanges = false) => Deletion(timestamp, default, hasRanges);

    public static byte[] Deletion(long timestamp, FormationTime formed, bool hasRanges = false) => Row((ref RowWriter writer) =>
    {
        if (hasRanges)
        {
            writer.HasRanges();
        }

        writer.RowDeletion(timestamp == 0 ? Model.Rows.Deletion.None : new Deletion(new WriteTimestamp(timestamp), formed));
    });

    public static byte[] HasRanges() => Row((ref RowWriter writer) => writer.HasRanges());

    public static byte[] RangeKey(byte from, byte to)
    {
        var destination = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone(RowKey(from), RowKey(to), destination);
        return destination.WrittenSpan.ToArray();
    }

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
