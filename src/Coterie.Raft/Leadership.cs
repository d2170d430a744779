using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Coterie.Raft;

/// <summary>What a member does and knows while it leads (Raft §5.3; thesis §6.4, §3.10): who has which entries, which reads wait, to whom it hands over.</summary>
internal sealed class Leadership
{
    private readonly int _self;
    private readonly long _term;
    private readonly RaftLog _log;
    private readonly RaftOptions _options;
    private readonly RaftRules _rules;
    private readonly Outbox _outbox;
    private readonly FollowerProgress?[] _followers = new FollowerProgress?[Membership.MembersMax];
    private readonly long _firstIndex;
    private ImmutableArray<int> _others = [];
    private int _ticksSinceHeartbeat;
    private int _ticksSinceCount;
    private int _ticksOfTransfer;

    /// <param name="firstIndex">Of the entry that it wrote when it became leader.</param>
    public Leadership(int self, long term, RaftLog log, long firstIndex, RaftOptions options, RaftRules rules, Outbox outbox)
    {
        _self = self;
        _term = term;
        _log = log;
        _options = options;
        _rules = rules;
        _outbox = outbox;
        _firstIndex = firstIndex;
        Reads = new ReadRounds(self, log, rules);
        MembersChanged();
    }

    public ReadRounds Reads { get; }

    /// <summary>To whom leadership is being handed; null: to nobody. Meanwhile nothing is appended.</summary>
    public int? TransferTarget { get; private set; }

    /// <summary>It has committed an entry of its own term, so it knows all that is committed (Raft §8).</summary>
    public bool KnowsCommitted => _log.Committed >= _firstIndex || !_rules.ReadsAwaitAnEntryOfTheTerm;

    /// <summary>It has removed itself, and that is committed: its work is done (thesis §4.2.2).</summary>
    public bool IsOver => !_log.Membership.IsVoter(_self) && _log.IsMembershipCommitted && _rules.RemovedLeadersStop;

    /// <summary>Changes may be appended: earlier ones are committed, and so is an entry of this term.</summary>
    public bool MayChangeMembers =>
        (_log.IsMembershipCommitted || !_rules.ChangesOneByOne) && (_log.Committed >= _firstIndex || !_rules.ChangesAwaitAnEntryOfTheTerm);

    /// <summary>False: a majority has not been heard of for an election's time. Another may lead by now; this one must not go on (thesis §6.2).</summary>
    public bool Tick()
    {
        if (TransferTarget is not null && ++_ticksOfTransfer >= _options.ElectionTicks)
        {
            TransferTarget = null;
        }

        if (++_ticksSinceCount >= _options.ElectionTicks)
        {
            _ticksSinceCount = 0;
            if (!HasQuorum() && _rules.StepsDownWithoutMajority)
            {
                return false;
            }
        }

        if (++_ticksSinceHeartbeat >= _options.HeartbeatTicks)
        {
            SendHeartbeats();
        }

        return true;
    }

    public void SendHeartbeats()
    {
        _ticksSinceHeartbeat = 0;
        foreach (var member in _others)
        {
            SendHeartbeat(member);
        }
    }

    /// <summary>Sends each follower what it lacks, as far as it may be sent now.</summary>
    public void SendEntries()
    {
        foreach (var member in _others)
        {
            SendEntries(member);
        }
    }

    public void OnAppendReply(RaftMessage reply)
    {
        if (HeardOf(reply) is not { } follower)
        {
            return;
        }

        if (reply.IsRejected)
        {
            if (follower.Refused(reply.Refused, LastPossibleMatch(reply.Position)))
            {
                SendEntries(reply.From);
            }

            return;
        }

        follower.Accepted(reply.Position.Index);
        SendEntries(reply.From);
        if (TransferTarget == reply.From)
        {
            TryHandOver();
        }
    }

    public void OnHeartbeatReply(RaftMessage reply)
    {
        if (HeardOf(reply) is not { } follower)
        {
            return;
        }

        if (!reply.IsPassive)
        {
            Reads.Answered(reply.From, reply.Round);
        }

        follower.HeardHeartbeat();
        SendEntries(reply.From);
    }

    /// <summary>Commits what a majority has on its disks, if its last entry is of this term: earlier ones follow from it (Raft §5.4.2). True: something was.</summary>
    public bool TryCommit()
    {
        var counting = _rules.LearnersCountForNothing ? _log.Membership.Voters : _log.Membership.Everyone;
        Span<long> indexes = stackalloc long[counting.Length];
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = CountedOf(counting[i]);
        }

        var common = Quorum.CommonTo(indexes);
        if (common <= _log.Committed || !_log.TryTermOf(common, out var term) || (term != _term && _rules.CountsCopiesOfItsOwnTermOnly))
        {
            return false;
        }

        _log.Commit(common);
        if (common == _log.LastIndex)
        {
            TellCommitted();
        }

        return true;
    }

    /// <summary>Whoever waits for no entries would hear of what is committed with the next heartbeat only. As long as more is under way, that will tell.</summary>
    private void TellCommitted()
    {
        foreach (var member in _others)
        {
            if (_followers[member] is { State: ProgressState.Stream } follower && follower.Next > _log.LastIndex)
            {
                SendHeartbeat(member);
            }
        }
    }

    /// <summary>What a member has on its disk, as far as it counts.</summary>
    private long CountedOf(int member) => member == _self ? _log.Stable
        : _followers[member] is not { } follower || (follower.IsPassive && _rules.PassiveCountsForNothing) ? 0
        : follower.Match;

    /// <summary>Begins the next round of reads. False: there is none to begin.</summary>
    public bool TryBeginReads()
    {
        if (!KnowsCommitted || !Reads.TryBegin(_log.Committed))
        {
            return false;
        }

        SendHeartbeats();
        return true;
    }

    public bool IsCaughtUp(int member) =>
        _followers[member] is { State: ProgressState.Stream, IsPassive: false } follower && follower.Match >= _log.Committed;

    public void HandOverTo(int member)
    {
        if (_followers[member] is not { } follower)
        {
            return;
        }

        TransferTarget = member;
        _ticksOfTransfer = 0;
        if (follower.State == ProgressState.Probe)
        {
            follower.ProbeAgain();
        }

        SendEntries(member);
        TryHandOver();
    }

    /// <summary>Who is in the group has changed: who is new is sent what it lacks, who has gone is sent nothing more.</summary>
    public void MembersChanged()
    {
        _others = _log.Membership.Everyone.Remove(_self);
        for (var member = 0; member < _followers.Length; member++)
        {
            _followers[member] = _others.Contains(member) ? _followers[member] ?? new FollowerProgress(_log.LastIndex + 1) { IsActive = true } : null;
        }

        if (TransferTarget is { } target && !_log.Membership.IsVoter(target))
        {
            TransferTarget = null;
        }
    }

    /// <summary>Its work is done: it tells what is committed, and has the one who is furthest begin an election, so that nobody has to wait for its silence.</summary>
    public void Leave()
    {
        SendHeartbeats();
        if (_log.Membership.Voters.FirstOrDefault(IsCaughtUp, _self) is var next && next != _self)
        {
            _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.TimeoutNow, next));
        }
    }

    /// <summary>The member's disk was lost.</summary>
    public void Forget(int member)
    {
        if (_rules.ForgetsWhatWasLost)
        {
            _followers[member]?.Forget();
        }
    }

    private void TryHandOver()
    {
        if (TransferTarget is { } target && _followers[target] is { IsPassive: false } follower && follower.Match == _log.LastIndex)
        {
            _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.TimeoutNow, target));
        }
    }

    private bool HasQuorum()
    {
        var active = 1UL << _self;
        foreach (var member in _others)
        {
            var follower = _followers[member]!;
            active |= follower is { IsActive: true, IsPassive: false } ? 1UL << member : 0;
            follower.IsActive = false;
        }

        return _log.Membership.IsMajority(active);
    }

    /// <summary>Null: it is no member any more.</summary>
    private FollowerProgress? HeardOf(RaftMessage reply)
    {
        if (_followers[reply.From] is not { } follower)
        {
            return null;
        }

        follower.IsActive = true;
        if (reply.IsPassive && !follower.IsPassive)
        {
            Forget(reply.From);
        }

        follower.IsPassive = reply.IsPassive;
        return follower;
    }

    /// <summary>
    /// The follower's log ends, or differs, at this position: no entry of a later term than that one's can match, so the search passes over all of them at
    /// once (Raft §5.3, last paragraphs).
    /// </summary>
    private long LastPossibleMatch(LogPosition hint)
    {
        var index = Math.Min(hint.Index, _log.LastIndex);
        while (index > _log.Before.Index && _log[index].Term > hint.Term)
        {
            index--;
        }

        return index;
    }

    private void SendEntries(int member)
    {
        var follower = _followers[member]!;
        while (follower.CanSend(_options.InFlightMax))
        {
            var before = follower.Next - 1;
            var isProbe = follower.State == ProgressState.Probe;
            if (follower.Next > _log.LastIndex && !(isProbe && follower.Match < _log.LastIndex))
            {
                return;
            }

            if (!_log.TryTermOf(before, out var term))
            {
                // What the followers fetch is applied already, so that nobody has to wait for it.
                var position = _log.Before;
                follower.AwaitSnapshot(position.Index);
                _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.Snapshot, member) with { Position = position, Membership = _log.MembershipAt(position.Index), Commit = _log.Committed });
                return;
            }

            var entries = _log.From(follower.Next, _log.LastIndex, _options.MessageBytesMax).ToArray();
            follower.Sent(entries.Length);
            _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.Append, member) with
            {
                Position = new LogPosition(before, term),
                Commit = _log.Committed,
                Entries = ImmutableCollectionsMarshal.AsImmutableArray(entries),
            });
        }
    }

    private void SendHeartbeat(int member)
    {
        var follower = _followers[member]!;
        if (follower.State == ProgressState.Snapshot)
        {
            // Said again with each heartbeat: it may have been lost, and who has the state already says so.
            var position = SnapshotPosition(follower);
            _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.Snapshot, member) with
            {
                Position = position,
                Membership = _log.MembershipAt(position.Index),
                Commit = _log.Committed,
                Round = Reads.Round,
            });
            return;
        }

        _outbox.AtOnce.Add(_outbox.Message(RaftMessageKind.Heartbeat, member) with { Commit = CommitFor(follower), Round = Reads.Round });
    }

    private long CommitFor(FollowerProgress follower) => _rules.HeartbeatsCommitWhatMatchesOnly ? Math.Min(follower.Match, _log.Committed) : _log.Committed;

    private LogPosition SnapshotPosition(FollowerProgress follower)
    {
        var index = follower.Next - 1;
        if (_log.TryTermOf(index, out var term))
        {
            return new LogPosition(index, term);
        }

        // The log was shortened further meanwhile.
        follower.AwaitSnapshot(_log.Before.Index);
        return _log.Before;
    }
}
