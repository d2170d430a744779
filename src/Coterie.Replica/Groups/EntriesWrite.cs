using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Raft;
using Coterie.Replica.Mutations;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

internal enum ApplyState : byte
{
    /// <summary>The writer had no room, or the disk, or a table is not known yet: it is to be given to the writer again.</summary>
    Waiting,
    Sent,
    Done,
}

/// <summary>Committed entries on their way into the tables.</summary>
internal sealed class EntriesWrite(GroupMember owner, LiveTables tables, IReadOnlyList<RaftEntry> entries) : IPendingWrite
{
    private bool _isFetched;

    public long LastIndex => entries[^1].Index;

    /// <summary>The greatest of the commands'; 0: there is none.</summary>
    public long Stamp { get; } = entries.Where(static entry => entry.Kind == RaftEntryKind.Command).Select(static entry => GroupCommand.StampOf(entry.Payload.Span)).DefaultIfEmpty().Max();

    public ApplyState State { get; set; }

    /// <summary>
    /// The rows are fetched from a member that has applied these entries. They are not written any more: later they might bring back what was deleted and
    /// swept there.
    /// </summary>
    public void TakeAsFetched()
    {
        _isFetched = true;
        State = State == ApplyState.Waiting ? ApplyState.Done : State;
    }

    public void Ended(WriteResult result) => State = result switch
    {
        WriteResult.Durable => ApplyState.Done,
        WriteResult.Full => _isFetched ? ApplyState.Done : ApplyState.Waiting,
        _ => ApplyState.Sent,
    };

    public int Bytes { get; } = entries.Sum(static entry => entry.Bytes);

    /// <summary>
    /// All tables that it writes to are known here, or known to be gone. Otherwise it must wait: nothing compares the replicas of a leader-based table, so what
    /// one of them passes over it lacks for ever.
    /// </summary>
    public bool KnowsTables()
    {
        foreach (var entry in entries)
        {
            if (entry.Kind == RaftEntryKind.Command && tables.IsToCome(new MutationReader(GroupCommand.MutationOf(entry.Payload.Span)).Table))
            {
                return false;
            }
        }

        return true;
    }

    public void AppendTo(StorageBatch batch)
    {
        var key = new PooledBuffer();
        foreach (var entry in entries)
        {
            if (entry.Kind != RaftEntryKind.Command)
            {
                continue;
            }

            // A write to a table that is no more dies with it.
            var mutation = new MutationReader(GroupCommand.MutationOf(entry.Payload.Span));
            if (tables.Contains(mutation.Table))
            {
                MutationBatch.Add(batch, mutation, key);
            }
        }
    }

    public void Completed(WriteResult result) => owner.EntriesWritten(this, result);
}
