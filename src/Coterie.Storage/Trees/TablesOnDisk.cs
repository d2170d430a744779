using System.Buffers.Binary;

namespace Coterie.Storage.Trees;

/// <summary>Finds the tables that have rows, by one look-up for each.</summary>
internal static class TablesOnDisk
{
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    public static IEnumerable<uint> Of(IStorageEngine engine)
    {
        for (var from = (byte[])[]; TableFrom(engine, from) is { } table; from = TreeLeaves.EndOfTable(table))
        {
            yield return table;
        }
    }

    private static uint? TableFrom(IStorageEngine engine, byte[] lower)
    {
        using var cursor = engine.Scan(StorageArea.Data, lower, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
        return cursor.MoveNext() ? BinaryPrimitives.ReadUInt32BigEndian(cursor.Key) : null;
    }
}
