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
    public long LastIndex => entries[^1].Index;

    public ApplyState State { get; set; }

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
