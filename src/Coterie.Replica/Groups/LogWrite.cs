using Coterie.Raft;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

/// <summary>Terms, votes and entries on their way to the disk. One of a member at a time.</summary>
internal sealed class LogWrite(GroupMember owner, GroupStore store, RaftWrite write, IReadOnlyList<RaftMessage> sendAfterwards) : IPendingWrite
{
    /// <summary>Messages that the write makes true.</summary>
    public IReadOnlyList<RaftMessage> SendAfterwards => sendAfterwards;

    public int Bytes => 64 + write.Entries.Sum(static entry => entry.Bytes);

    public void AppendTo(StorageBatch batch)
    {
        batch.RequireSync();
        store.Append(batch, write);
    }

    public void Completed(WriteResult result) => owner.LogWritten(this, result);
}

/// <summary>The log on the disk is cut off in front. Nobody waits for it.</summary>
/// <param name="applied">What is in the tables: more than what is dropped.</param>
internal sealed class LogShortening(GroupStore store, LogPosition before, long stamp, SweepPermit applied) : IPendingWrite
{
    public int Bytes => 64;

    /// <summary>The log is kept as long as it is small: a member that was away for a while finds in it what it lacks.</summary>
    public static void IfLong(RaftLog log, SweepPermit applied, long stamp, GroupStore store, GroupParts parts)
    {
        // What is applied before it is in the log on the disk is not marked as applied there.
        if (log.Bytes <= parts.Options.LogBytesMax || applied.Index > log.Stable)
        {
            return;
        }

        var index = Math.Min(applied.Index, log.Before.Index + ((log.LastIndex - log.Before.Index) / 2));
        if (index > log.Before.Index)
        {
            log.DropUpTo(index);
            parts.Writer.TryEnqueue(new LogShortening(store, log.Before, stamp, applied));
        }
    }

    public void AppendTo(StorageBatch batch)
    {
        // What the dropped entries have written to the tables is on the disk with it.
        batch.RequireSync();
        store.Shorten(batch, before, stamp);
        store.MarkApplied(batch, applied.Index, applied.Stamp);
    }

    public void Completed(WriteResult result)
    {
        // If it came to nothing the next one does it.
    }
}
