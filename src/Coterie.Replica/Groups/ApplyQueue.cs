using Coterie.Raft;

namespace Coterie.Replica.Groups;

/// <summary>Committed entries on their way into the tables, in the order of the log. Guarded by the member's lock.</summary>
internal sealed class ApplyQueue(GroupMember member, GroupParts parts, SweepGround ground)
{
    private readonly Queue<EntriesWrite> _writes = [];

    /// <summary>The writer, or the disk, has no room for what comes next, or a table of it is not known here yet.</summary>
    public bool IsStuck => _writes.TryPeek(out var first) && first.State == ApplyState.Waiting;

    public void Add(List<RaftEntry> entries)
    {
        var write = new EntriesWrite(member, parts.Tables, entries);
        _writes.Enqueue(write);
        Send(write);
    }

    /// <summary>What the writer had no room for, or what waited for the metadata.</summary>
    public void Resend()
    {
        foreach (var write in _writes)
        {
            if (write.State == ApplyState.Waiting)
            {
                Send(write);
            }
        }
    }

    /// <summary>What the disk has not taken yet is not to be written any more: what is fetched instead contains it.</summary>
    public void TakeAsFetched()
    {
        foreach (var write in _writes)
        {
            write.TakeAsFetched();
        }
    }

    /// <summary>Takes out what is in the tables. The index up to which everything is; 0: no more than before.</summary>
    public long TakeDone()
    {
        var index = 0L;
        while (_writes.TryPeek(out var first) && first.State == ApplyState.Done)
        {
            index = _writes.Dequeue().LastIndex;
            ground.Applied(first.Stamp);
        }

        return index;
    }

    private void Send(EntriesWrite write) => write.State = write.KnowsTables() && parts.Writer.TryEnqueue(write) ? ApplyState.Sent : ApplyState.Waiting;
}
