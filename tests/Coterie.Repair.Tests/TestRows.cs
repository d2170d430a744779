using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Repair.Tests;

/// <summary>Rows of a table with one partition for each row, as the engine keeps them.</summary>
internal static class TestRows
{
    public static readonly StorageId Table = new(7);

    public static byte[] Key(int id) => Key(Table, id);

    public static byte[] Key(StorageId table, int id) => Key(table, id, partitionKeyBytes: sizeof(int));

    /// <summary>The longest partition key there is, of zeros but for its end: it takes twice as many bytes.</summary>
    public static byte[] LongKey(int id) => Key(Table, id, Limits.PartitionKeyBytesMax);

    private static byte[] Key(StorageId table, int id, int partitionKeyBytes)
    {
        var partitionKey = new byte[partitionKeyBytes];
        BinaryPrimitives.WriteInt32BigEndian(partitionKey.AsSpan(partitionKeyBytes - sizeof(int)), id);
        var destination = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(table, Partitioner.TokenOf(partitionKey), partitionKey, destination);
        destination.Write([(byte)EntryKind.Row]);
        return destination.WrittenSpan.ToArray();
    }

    /// <param name="column">Rows with values in different columns are parts of one row.</param>
    public static byte[] Value(long timestamp, string value, int column = 1)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writer.SimpleColumn(
            new ColumnId((ushort)column),
            new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(timestamp), Value = Encoding.UTF8.GetBytes(value) });
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    /// <param name="deletedAt">Milliseconds since 1970: what the cut of an exchange is compared with.</param>
    public static byte[] Deletion(long timestamp, long deletedAt)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new RowWriter(destination);
        writer.RowDeletion(new Deletion(new WriteTimestamp(timestamp), new FormationTime(deletedAt)));
        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }
}
