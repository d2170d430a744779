using System.Buffers;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>A row cache that a merge does not invalidate: a cached read of a row may answer with what the row once was.</summary>
public sealed class StaleCache(IStorageEngine inner) : WrappedEngine(inner)
{
    private readonly SortedDictionary<string, byte[]> _rows = new(StringComparer.Ordinal);
    private int _reads;

    public override GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly)
    {
        if (area == StorageArea.Local || !cachedOnly)
        {
            return Inner.Get(area, key, destination, cachedOnly);
        }

        var name = Convert.ToHexString(key);

        // Evicted now and then, as a cache of some size would.
        if (++_reads % 7 != 0 && _rows.TryGetValue(name, out var row))
        {
            destination.Write(row);
            return GetResult.Found;
        }

        var read = new ArrayBufferWriter<byte>();
        var result = Inner.Get(area, key, read, cachedOnly);
        if (result == GetResult.Found)
        {
            _rows[name] = read.WrittenSpan.ToArray();
            destination.Write(read.WrittenSpan);
        }

        return result;
    }
}
