using System.Buffers;
using Coterie.Model.Rows;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>
/// Sweeps the deletion of a row some seconds after it, whether other replicas have it or not: reads no longer meet it. Seconds are counted by the
/// timestamps of what is written.
/// </summary>
public sealed class EarlySweep(IStorageEngine inner) : WrappedEngine(inner)
{
    private const long GraceMicroseconds = 5_000_000;

    private long _newest;

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        foreach (var item in batch)
        {
            if (item.Area == StorageArea.Data && item.Operation is BatchOperation.Merge or BatchOperation.MergeSettled)
            {
                _newest = Math.Max(_newest, Newest(item.Value));
            }
        }

        return Inner.CommitAsync(batch);
    }

    public override GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly)
    {
        var found = new ArrayBufferWriter<byte>();
        var result = Inner.Get(area, key, found, cachedOnly);
        if (area == StorageArea.Data && result == GetResult.Found && IsSwept(found.WrittenSpan))
        {
            return GetResult.Absent;
        }

        destination.Write(found.WrittenSpan);
        return result;
    }

    public override IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        var cursor = Inner.Scan(area, lower, upper, reverse);
        return area == StorageArea.Data ? new SweptCursor(this, cursor) : cursor;
    }

    /// <summary>A row of which nothing is left but its deletion, long ago.</summary>
    private bool IsSwept(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        return !reader.HasRanges && !reader.RowDeletion.IsNone && !reader.HasMarker
            && reader.RowDeletion.Timestamp.Microseconds < _newest - GraceMicroseconds && !reader.MoveNext();
    }

    private static long Newest(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        return reader.HasMarker ? reader.Marker.Timestamp.Microseconds
            : !reader.RowDeletion.IsNone ? reader.RowDeletion.Timestamp.Microseconds
            : 0;
    }

    private sealed class SweptCursor(EarlySweep owner, IStorageCursor cursor) : IStorageCursor
    {
        public ReadOnlySpan<byte> Key => cursor.Key;

        public ReadOnlySpan<byte> Value => cursor.Value;

        public bool MoveNext()
        {
            while (cursor.MoveNext())
            {
                if (!owner.IsSwept(cursor.Value))
                {
                    return true;
                }
            }

            return false;
        }

        public void Dispose() => cursor.Dispose();
    }
}
