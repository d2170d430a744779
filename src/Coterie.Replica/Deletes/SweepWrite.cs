using Coterie.Model.Deletes;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Deletes;

/// <summary>What becomes of one entry: what is left of it, or nothing.</summary>
/// <param name="Left">Null: it is removed.</param>
internal readonly record struct SweptEntry(byte[] Key, byte[]? Left);

/// <summary>
/// Puts what a sweep has left of some entries in their place, if nobody has written to their leaves since they were read: entries are merged blindly, and
/// what is put over one that has just been merged would swallow it.
/// </summary>
internal sealed class SweepWrite(TreeLeaves leaves, LeafBasis basis, IReadOnlyList<SweptEntry> entries) : ConditionalWrite(leaves, basis)
{
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override int Bytes => entries.Sum(entry => entry.Key.Length + (entry.Left?.Length ?? 0));

    public Task<WriteResult> Done => _done.Task;

    public override void Completed(WriteResult result) => _done.SetResult(result);

    protected override void AppendUnchanged(StorageBatch batch)
    {
        foreach (var entry in entries)
        {
            if (entry.Left is null)
            {
                batch.Delete(StorageArea.Data, entry.Key);
            }
            else
            {
                batch.NoteFormed(RowPurge.OldestPurgeable(entry.Left));
                batch.Put(StorageArea.Data, entry.Key, entry.Left);
            }
        }
    }
}
