using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Raft;
using Coterie.Replica.Mutations;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

internal enum ApplyState : byte
{
    /// <summary>The writer had no room, or the disk: it is to be given to the writer again.</summary>
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
