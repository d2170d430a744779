using System.Buffers;
using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>An engine that does what another does, but for what a mistake overrides.</summary>
public abstract class WrappedEngine(IStorageEngine inner) : IStorageEngine
{
    protected IStorageEngine Inner => inner;

    public virtual ValueTask CommitAsync(StorageBatch batch) => inner.CommitAsync(batch);

    public virtual GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly) =>
        inner.Get(area, key, destination, cachedOnly);

    public virtual IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse) =>
        inner.Scan(area, lower, upper, reverse);

    public bool TrySchedule(IStorageWork work) => inner.TrySchedule(work);

    public long ApproximateBytes() => inner.ApproximateBytes();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }

    protected static void Append(StorageBatch batch, in StorageBatch.Item item)
    {
        switch (item.Operation)
        {
            case BatchOperation.Put:
                batch.Put(item.Area, item.Key, item.Value);
                break;
            case BatchOperation.Merge or BatchOperation.MergeSettled:
                batch.Merge(item.Area, item.Key, item.Value);
                break;
            case BatchOperation.Delete:
                batch.Delete(item.Area, item.Key);
                break;
            default:
                batch.DeleteRange(item.Area, item.Key, item.Value);
                break;
        }
    }
}
