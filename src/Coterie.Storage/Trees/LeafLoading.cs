using System.Buffers.Binary;
using Coterie.Model;
using Microsoft.Extensions.Logging;

namespace Coterie.Storage.Trees;

/// <summary>Reads the records of all leaves when a node starts. What is damaged is read anew later, and keeps nobody from starting.</summary>
internal sealed partial class LeafLoading(IStorageEngine engine, ILogger logger)
{
    /// <summary>Records that could not be read.</summary>
    public long Damaged { get; private set; }

    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    public void Load(SortedDictionary<uint, LeafIndex> tables)
    {
        var leaves = new List<Leaf>();
        var table = 0u;
        using var cursor = engine.Scan(StorageArea.Trees, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            var next = BinaryPrimitives.ReadUInt32BigEndian(cursor.Key);
            if (next != table && leaves.Count > 0)
            {
                tables[table] = new LeafIndex(table, leaves);
                leaves.Clear();
            }

            table = next;
            leaves.Add(Decode(cursor.Key, cursor.Value));
        }

        if (leaves.Count > 0)
        {
            tables[table] = new LeafIndex(table, leaves);
        }

        LoadTablesWithoutLeaves(tables);
    }

    /// <summary>
    /// A table gets its first record when its first leaf has been read: until then only its rows tell that it is there. Damage ends the search early:
    /// whoever reads the table later meets it, and a node is not to stay down for it.
    /// </summary>
    private void LoadTablesWithoutLeaves(SortedDictionary<uint, LeafIndex> tables)
    {
        try
        {
            foreach (var one in TablesOnDisk.Of(engine))
            {
                tables.TryAdd(one, new LeafIndex(one, []));
            }
        }
        catch (StorageCorruptException exception)
        {
            LogUnreadable(exception);
        }
    }

    private Leaf Decode(ReadOnlySpan<byte> start, ReadOnlySpan<byte> record)
    {
        try
        {
            return Leaf.Decode(start, record);
        }
        catch (MalformedDataException exception)
        {
            Damaged++;
            LogDamaged(Convert.ToHexString(start), exception.Message);
            return Leaf.Dirty(start.ToArray());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for tables whose rows were never read met damaged data")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The record of the leaf at {Start} is damaged; what it stood for is read anew. {Reason}")]
    private partial void LogDamaged(string start, string reason);
}
