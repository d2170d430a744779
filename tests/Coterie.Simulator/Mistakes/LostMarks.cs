using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>
/// Writes rows without saying on the disk that their leaf is dirty: after a restart the leaf is taken for clean, with the hash that it had before.
/// </summary>
public sealed class LostMarks(IStorageEngine inner) : WrappedEngine(inner)
{
    // A leaf that is clean has its hash and its count in its record; one that is dirty says only that.
    private const int DirtyRecordBytes = 1;

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var kept = new StorageBatch();
        foreach (var item in batch)
        {
            var isMark = item.Area == StorageArea.Trees && item.Operation == BatchOperation.Put && item.Value.Length == DirtyRecordBytes;
            if (!isMark || Inner.Get(item.Area, item.Key, new System.Buffers.ArrayBufferWriter<byte>(), cachedOnly: false) != GetResult.Found)
            {
                Append(kept, item);
            }
        }

        return Inner.CommitAsync(kept);
    }
}
