using Coterie.Model.Deletes;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Storage;

namespace Coterie.Replica.Trees;

/// <summary>A run of entries as it was read: a leaf as it should be.</summary>
internal readonly record struct LeafContent(byte[] Start, UInt128 Hash, long Count, long OldestPurgeable, long Tombstones);

/// <summary>Reads a leaf's entries and cuts it where they say that a leaf starts.</summary>
internal sealed class LeafReading
{
    private readonly List<LeafContent> _contents = [];

    private LeafReading()
    {
    }

    /// <summary>The first has the start that was asked for, whether there is an entry with that key or not; it alone may be empty.</summary>
    public IReadOnlyList<LeafContent> Contents => _contents;

    /// <summary>Where the next leaf starts that was not read, because there was more than was asked for; null: everything was read.</summary>
    public byte[]? ResumeAt { get; private set; }

    public long RowsRead { get; private set; }

    /// <param name="engine">Read in one consistent state.</param>
    /// <param name="start">The leaf's first key.</param>
    /// <param name="end">The next leaf's.</param>
    /// <param name="now">By this node's clock: what expired before then counts as a tombstone.</param>
    /// <param name="rowsMax">Reading ends with the first leaf that ends behind so many entries.</param>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    public static LeafReading Of(IStorageEngine engine, byte[] start, byte[] end, FormationTime now, long rowsMax)
    {
        var reading = new LeafReading();
        UInt128 hash = 0;
        var count = 0L;
        var oldest = long.MaxValue;
        var tombstones = 0L;
        using var cursor = engine.Scan(StorageArea.Data, start, end, reverse: false);
        while (cursor.MoveNext())
        {
            if (EntryHash.StartsLeaf(EntryHash.OfKey(cursor.Key)) && !cursor.Key.SequenceEqual(start))
            {
                reading._contents.Add(new LeafContent(start, hash, count, oldest, tombstones));
                start = cursor.Key.ToArray();
                (hash, count, oldest, tombstones) = (0, 0, long.MaxValue, 0);
                if (reading.RowsRead >= rowsMax)
                {
                    reading.ResumeAt = start;
                    return reading;
                }
            }

            hash += EntryHash.Of(cursor.Key, cursor.Value);
            count++;
            reading.RowsRead++;
            var purgeable = RowPurge.OldestPurgeable(cursor.Value);
            oldest = Math.Min(oldest, purgeable);
            tombstones += purgeable <= now.Milliseconds ? 1 : 0;
        }

        reading._contents.Add(new LeafContent(start, hash, count, oldest, tombstones));
        return reading;
    }
}
