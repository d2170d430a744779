using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Time;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Raft;
using Coterie.Replica.Groups.Restore;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

/// <summary>
/// One member of one group: the shell around <see cref="RaftCore"/> that writes its log, sends its messages, applies what is committed and answers those
/// who wait. Safe from any thread: everything runs under one lock, under which nothing is waited for; answers go out after it.
/// </summary>
internal sealed class GroupMember : IAsyncDisposable
{
    private readonly GroupParts _parts;
    private readonly GroupStore _store;
    private readonly RaftCore _core;
    private readonly Waiters _waiters;
    private readonly Comparisons _comparisons;
    private readonly ApplyQueue _applying;
    private readonly MemberRestore _restore;
    private readonly LeaderPlacement _placement;
    private LogWrite? _unsentLog;
    private bool _isLogIdle = true;
    private long _applied;
    private long _stamp;
    private int? _lastLeader;
    private long _leaderChanges;
    private bool _isStopped;

    /// <exception cref="MalformedDataException">The log on the disk is damaged.</exception>
    public GroupMember(GroupParts parts, ReplicaGroup group)
    {
        _parts = parts;
        Group = group;
        _store = new GroupStore(group.Id);
        var stored = _store.Load(parts.Engine, group.Nodes.Length, parts.LastLoss);
        _stamp = stored.Stamp;
        _applied = stored.Log.Applied;
        Sweeping = new SweepGround(this, parts, _store, stored.AppliedStamp);
        _core = new RaftCore(group.Nodes.IndexOf(parts.Self), stored.State, stored.Log, parts.Options.Raft, new Random(parts.Random.Next()))
        {
            IsPassive = stored.IsPassive,
        };
        _waiters = new Waiters(parts.Time);
        _comparisons = new Comparisons(this, parts);
        _applying = new ApplyQueue(this, parts, Sweeping);
        _placement = new LeaderPlacement(group.Id, group.Nodes, group.Nodes.IndexOf(parts.Self));
        Source = new RestoreSource(this, parts, _core);
        _restore = new MemberRestore(this, parts, _store, _core, stored.IsFetching);
    }

    public ReplicaGroup Group { get; }

    internal RestoreSource Source { get; }

    /// <summary>Guards everything here, and what restores it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>What may be swept out of the group's rows.</summary>
    internal SweepGround Sweeping { get; }

    /// <summary>Under the lock: everything up to this index is in the tables, as far as they are here.</summary>
    internal long Applied => _applied;

    /// <summary>Under the lock: the greatest that is known here.</summary>
    internal long Stamp => _stamp;

    /// <summary>Under the lock: of the log's last entry, which may not be committed yet.</summary>
    internal long LastIndex => _core.Log.LastIndex;

    /// <summary>Under the lock: of the last entry that is in the log on the disk.</summary>
    internal long StableIndex => _core.Log.Stable;

    public GroupStatus Status
    {
        get
        {
            lock (Gate)
            {
                return new GroupStatus(Group, _core.Role, _core.Term, LeaderNode(), _core.Log.Committed, _applied, _core.Log.Bytes, _leaderChanges, _core.IsPassive, _parts.Closed.Contains(Group.Id));
            }
        }
    }

    /// <summary>As far as this member has heard; null: of none.</summary>
    public NodeId? Leader
    {
        get
        {
            lock (Gate)
            {
                return LeaderNode();
            }
        }
    }

    public GroupProgress Progress
    {
        get
        {
            lock (Gate)
            {
                return new GroupProgress(_core.Term, _core is { Role: RaftRole.Leader, KnowsCommitted: true }, _core.Log.Committed, _applied);
            }
        }
    }

    public void Tick()
    {
        lock (Gate)
        {
            _core.Tick();
            Resend();
            _waiters.DropExpired();
            if (!_restore.NeedsRows)
            {
                // The log may be the only copy here of what is missing.
                LogShortening.IfLong(_core.Log, Sweeping.Permit(), _stamp, _store, _parts);
            }

            _restore.Tick(_isLogIdle && _unsentLog is null);
            PlaceLeader();
            Take();
        }

        Answer();
    }

    public void Suspect(NodeId node)
    {
        lock (Gate)
        {
            if (Group.Nodes.IndexOf(node) is >= 0 and var member)
            {
                _core.Suspect(member);
            }
        }
    }

    /// <exception cref="MalformedDataException">The message is none that the sender may send to this member.</exception>
    public void Receive(NodeId from, ReadOnlySpan<byte> body)
    {
        var reader = new Model.Wire.ByteReader(body);
        var message = RaftMessageCodec.Read(ref reader, Group.Nodes.Length);
        reader.ExpectEnd("a message of Raft");
        if (Group.Nodes[message.From] != from || Group.Nodes[message.To] != _parts.Self)
        {
            throw new MalformedDataException("a message of Raft in the name of another member");
        }

        if (message.Entries.Any(static entry => entry.Kind == RaftEntryKind.Membership) || message.Membership?.Equals(Membership.Of(Group.Nodes.Length)) == false)
        {
            // No node of this version changes the members of a group: its id says of which nodes it is.
            throw new MalformedDataException("a change of the members of a group");
        }

        var stamp = 0L;
        foreach (var entry in message.Entries)
        {
            if (entry.Kind == RaftEntryKind.Command)
            {
                GroupCommand.Validate(entry.Payload.Span);
                stamp = Math.Max(stamp, GroupCommand.StampOf(entry.Payload.Span));
            }
        }

        lock (Gate)
        {
            _stamp = Math.Max(_stamp, stamp);
            _core.Step(message);
            if (message.Kind is RaftMessageKind.AppendReply or RaftMessageKind.HeartbeatReply)
            {
                Source.Heard(message);
            }

            Take();
        }

        Answer();
    }

    /// <summary>A write, if this member leads. Answered when it has been committed.</summary>
    /// <param name="mutation">Valid, and of this group.</param>
    public void Write(ReadOnlySpan<byte> mutation, long deadline, ReplyTo reply)
    {
        lock (Gate)
        {
            if (!Refuses(reply))
            {
                if (!_comparisons.TryHold(mutation, deadline, reply))
                {
                    Propose(mutation, deadline, reply);
                }

                Take();
            }
        }

        Answer();
    }

    /// <summary>A write that is done if rows are as expected, if this member leads. Answered when it has been committed, or with the rows.</summary>
    /// <param name="request">Valid, and of this group.</param>
    public void CompareAndSet(CompareAndSet.Parts request, long deadline, ReplyTo reply)
    {
        lock (Gate)
        {
            if (!Refuses(reply))
            {
                _comparisons.Add(request, _core.Term, deadline, reply);
                Take();
            }
        }

        Answer();
    }

    /// <summary>Answered when this member was the leader after the request came, and has applied all that was committed before.</summary>
    public void Barrier(long deadline, ReplyTo reply)
    {
        lock (Gate)
        {
            if (_core.Role != RaftRole.Leader || _isStopped)
            {
                Decide(reply, LeaderVerdict.NotLeader);
            }
            else if (_parts.Closed.Contains(Group.Id))
            {
                // It leads, and has not all the rows.
                Decide(reply, LeaderVerdict.Busy);
            }
            else
            {
                Confirm(deadline, reply, new LeaderReply(LeaderVerdict.Done));
            }

            Take();
        }

        Answer();
    }

    /// <summary>Takes nothing more. What waits gets no answer: it is not known how it ends.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (Gate)
        {
            _isStopped = true;
        }

        await _restore.DisposeAsync();
    }

    /// <summary>From any thread: a comparison goes on, under the lock.</summary>
    internal void Compared(Action compare)
    {
        lock (Gate)
        {
            compare();
            Take();
        }

        Answer();
    }

    /// <summary>On the writer loop.</summary>
    internal void LogWritten(LogWrite write, WriteResult result)
    {
        lock (Gate)
        {
            if (result == WriteResult.Full)
            {
                // Not written: once more, at the next tick.
                _unsentLog = write;
                return;
            }

            if (result == WriteResult.Failed || _isStopped)
            {
                return;
            }

            foreach (var message in write.SendAfterwards)
            {
                Send(message);
            }

            _isLogIdle = true;
            _core.Written();
            Take();
        }

        Answer();
    }

    /// <summary>On the writer loop.</summary>
    internal void EntriesWritten(EntriesWrite write, WriteResult result)
    {
        lock (Gate)
        {
            write.Ended(result);
            CountApplied();
            Take();
        }

        Answer();
    }

    /// <summary>Under the lock: removes all rows, which are then fetched from a member that has applied everything that was given out here.</summary>
    internal bool TryRemove(RestoreWrite removal)
    {
        Sweeping.Removing();
        if (!_parts.Writer.TryEnqueue(removal))
        {
            return false;
        }

        _applying.TakeAsFetched();
        CountApplied();
        return true;
    }

    /// <summary>Under the lock: all rows are here as of this position of the log, or later.</summary>
    internal void Restored(LogPosition? position, long stamp)
    {
        _stamp = Math.Max(_stamp, stamp);
        if (position is { } restored)
        {
            _core.Restored(restored);
            _applied = Math.Max(_applied, restored.Index);
            _waiters.Applied(_applied);
        }

        if (!_isStopped)
        {
            Take();
        }
    }

    private void CountApplied()
    {
        if (_applying.TakeDone() is > 0 and var index)
        {
            _applied = Math.Max(_applied, index);
            _waiters.Applied(_applied);
        }
    }

    /// <summary>Under the lock.</summary>
    internal void Propose(ReadOnlySpan<byte> mutation, long deadline, ReplyTo reply)
    {
        var now = _parts.Time.Microseconds();
        var stamp = Math.Max(_stamp + GroupCommand.StampStep, now);
        if (_core.Propose(GroupCommand.Encode(mutation, stamp, _parts.Tables.ListsOf(new MutationReader(mutation).Table)), out var position) == ProposeResult.Appended)
        {
            _stamp = stamp;
            _waiters.AddWrite(position, deadline, reply);
        }
        else
        {
            Decide(reply, LeaderVerdict.Busy);
        }
    }

    /// <summary>Under the lock: answers when it is sure that this member still led after now, and has applied what was committed before.</summary>
    internal void Confirm(long deadline, ReplyTo reply, LeaderReply answer)
    {
        if (!_core.TryRead(_waiters.AddRead(deadline, reply, answer)))
        {
            _waiters.RefuseLastRead(new LeaderReply(LeaderVerdict.Busy));
        }
    }

    /// <summary>Under the lock. A member that does not lead says who does.</summary>
    internal void Decide(ReplyTo reply, LeaderVerdict verdict) =>
        _waiters.Decide(reply, new LeaderReply(verdict, verdict == LeaderVerdict.NotLeader ? LeaderNode() : null));

    private bool Refuses(ReplyTo reply)
    {
        if (_core.Role != RaftRole.Leader || _isStopped)
        {
            Decide(reply, LeaderVerdict.NotLeader);
            return true;
        }

        if (_waiters.Count + _comparisons.Count >= Limits.LeaderRequestsMax || _comparisons.Bytes >= Limits.LeaderHeldBytesMax)
        {
            Decide(reply, LeaderVerdict.Busy);
            return true;
        }

        return false;
    }

    /// <summary>Outside of the lock: an answer, or a read, may call back on the same thread.</summary>
    private void Answer()
    {
        _waiters.Answer();
        _comparisons.Read();
    }

    /// <summary>Does what the core wants done, until it wants nothing more.</summary>
    private void Take()
    {
        while (!_isStopped && !_restore.IsRestarting)
        {
            var output = new RaftOutput();
            if (!_core.TryTake(output))
            {
                break;
            }

            foreach (var message in output.Send)
            {
                Send(message);
            }

            if (output.Write is { } write)
            {
                Write(new LogWrite(this, _store, write, output.SendAfterWrite));
            }

            if (output.Committed.Count > 0)
            {
                Apply(output.Committed);
            }

            if (output.Fetch is { } fetch)
            {
                _restore.Want(Group.Nodes[fetch.From], fetch.Position);
            }

            foreach (var read in output.Reads)
            {
                _waiters.Confirmed(read, _applied);
            }

            foreach (var read in output.RefusedReads)
            {
                _waiters.RefuseRead(read, new LeaderReply(LeaderVerdict.NotLeader, LeaderNode()));
            }
        }

        _comparisons.Advance(_core.Role == RaftRole.Leader ? _core.Term : null, _applied);

        if (_core.Leader is { } leader && leader != _lastLeader)
        {
            _lastLeader = leader;
            _leaderChanges++;
        }

        _parts.Mail.Flush();
    }

    private void Send(RaftMessage message) => _parts.Mail.Add(Group.Nodes[message.To], Group.Id, message);

    private void Write(LogWrite write)
    {
        _isLogIdle = false;
        _unsentLog = _parts.Writer.TryEnqueue(write) ? null : write;
    }

    private void Apply(List<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            _waiters.Committed(entry.Position);
        }

        _applying.Add(entries);
    }

    /// <summary>What the writer had no room for, or what waited for the metadata.</summary>
    private void Resend()
    {
        if (_unsentLog is { } log)
        {
            Write(log);
        }

        _applying.Resend();
    }

    private void PlaceLeader()
    {
        if (_core.Role != RaftRole.Leader)
        {
            _placement.Rest();
            return;
        }

        var isUnable = _unsentLog is not null || _parts.Closed.Contains(Group.Id) || _applying.IsStuck;
        if (_placement.Next(isUnable, member => _core.IsCaughtUp(member) && _parts.Liveness.IsAlive(Group.Nodes[member])) is { } target)
        {
            _core.HandOverTo(target);
        }
    }

    private NodeId? LeaderNode() => _core.Leader is { } leader ? Group.Nodes[leader] : null;
}
