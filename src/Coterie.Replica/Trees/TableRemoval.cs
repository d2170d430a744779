using System.Buffers.Binary;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Trees;

/// <summary>Removes the rows and the leaves of a table that was dropped or truncated. Storage ids are never used again, so nothing can follow it.</summary>
internal sealed class TableRemoval(uint table) : IPendingWrite
{
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Bytes => 4 * sizeof(uint);

    public Task<WriteResult> Done => _done.Task;

    public void AppendTo(StorageBatch batch)
    {
        var lower = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(lower, table);
        var upper = TreeLeaves.EndOfTable(table);
        batch.DeleteRange(StorageArea.Data, lower, upper);
        batch.DeleteRange(StorageArea.Trees, lower, upper);
    }

    public void Completed(WriteResult result) => _done.SetResult(result);
}
