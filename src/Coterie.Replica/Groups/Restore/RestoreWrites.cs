using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Raft;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups.Restore;

/// <summary>A step of a restore, or of a sweep, on its way to the disk, awaited.</summary>
internal sealed class RestoreWrite(int bytes, Action<StorageBatch> append) : IPendingWrite
{
    // Continuations must not run on the writer loop, which every other write waits for.
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Bytes => bytes;

    public Task<WriteResult> Done => _done.Task;

    /// <summary>The rows that are here go, and that they must be fetched is kept, in one: a crash in the middle begins anew.</summary>
    public static RestoreWrite Removal(GroupStore store, IReadOnlyList<KeyRange> ranges) => new(64 * (1 + ranges.Count), batch =>
    {
        store.BeginFetch(batch);
        foreach (var range in ranges)
        {
            batch.DeleteRange(StorageArea.Data, range.Lower, range.Upper);
        }
    });

    /// <param name="entries">Valid.</param>
    /// <param name="oldest">No deletion in them was formed before.</param>
    public static RestoreWrite Rows(byte[] entries, long oldest) => new(entries.Length, batch =>
    {
        batch.NoteFormed(oldest);
        var reader = new ByteReader(entries);
        while (EntryList.TryRead(ref reader, out var key, out var row))
        {
            batch.MergeSettled(StorageArea.Data, key, row);
        }
    });

    /// <summary>All rows are here.</summary>
    public static RestoreWrite End(GroupStore store, LogPosition? restart, bool keepsEntries, long stamp) =>
        new(64, batch => store.EndFetch(batch, restart, keepsEntries, stamp));

    /// <summary>The member counts again.</summary>
    public static RestoreWrite EndPassive(GroupStore store, HardState state, long lastLoss) => new(64, batch => store.EndPassive(batch, state, lastLoss));

    /// <summary>What is applied is not applied again.</summary>
    public static RestoreWrite Mark(GroupStore store, SweepPermit permit) => new(64, batch => store.MarkApplied(batch, permit.Index, permit.Stamp));

    public void AppendTo(StorageBatch batch) => append(batch);

    public void Completed(WriteResult result) => _done.SetResult(result);
}
