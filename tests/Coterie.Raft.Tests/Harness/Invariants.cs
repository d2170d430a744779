using Coterie.Model;

namespace Coterie.Raft.Tests.Harness;

/// <summary>
/// What must be true of a group after each step (Raft figure 3, and what follows for reads and for disks). It sees everything and forgets nothing, so that it
/// knows what no member can: everything that was ever promised.
/// </summary>
internal sealed class Invariants(SimulatedMember[] members, Membership first, int electionTicks)
{
    private readonly Dictionary<long, int> _leaders = [];
    private readonly Dictionary<(long Term, int Voter), int> _votes = [];
    private readonly Dictionary<LogPosition, (RaftEntry Entry, long TermBefore)> _entries = [];
    private readonly List<(LogPosition Position, long InTerm)> _committed = [];
    private readonly Dictionary<long, ulong> _digests = [];

    // Of committed entries that changed who is in the group.
    private readonly List<(long Index, Membership Membership)> _memberships = [(0, first)];

    /// <summary>The highest index that any member ever knew to be committed.</summary>
    public long HighestCommitted => _committed.Count;

    public void Observe(SimulatedMember member)
    {
        if (member.Core is not { } core)
        {
            return;
        }

        ObserveLog(member, core);
        ObserveCommitted(member, core);
        Check.That(core.Role != RaftRole.Leader || !core.Log.IsMembershipCommitted || core.Log.Membership.IsVoter(member.Id), "a leader that has removed itself stops");
        if (core.Role == RaftRole.Leader && member.SeenLeaderTerm != core.Term)
        {
            member.SeenLeaderTerm = core.Term;
            Array.Clear(member.TicksSinceHeard);
            _leaders.TryAdd(core.Term, member.Id);
            Check.That(_leaders[core.Term] == member.Id, "at most one leader a term");
            var isVoter = core.Log.Membership.IsVoter(member.Id) || (!core.Log.IsMembershipCommitted && core.Log.PreviousMembership?.IsVoter(member.Id) == true);
            Check.That(isVoter, "who leads votes, or did until a change that may come to nothing");
            for (var index = Math.Max(1, core.Log.FirstIndex); index <= _committed.Count; index++)
            {
                HasCommitted(core, _committed[(int)index - 1]);
            }
        }
    }

    /// <summary>What is said is true, and stays so when the member crashes now.</summary>
    public void Said(SimulatedMember member, RaftMessage message)
    {
        var disk = member.Disk;
        if (message.Kind == RaftMessageKind.PreVote || (message.Kind == RaftMessageKind.PreVoteReply && !message.IsRejected))
        {
            return;
        }

        Check.That(disk.State.Term >= message.Term, "a term is durable before it is told");
        switch (message.Kind)
        {
            case RaftMessageKind.Vote:
                Check.That(disk.State.Term > message.Term || disk.State.Vote == member.Id, "a candidate's own vote is durable before it asks");
                break;
            case RaftMessageKind.VoteReply when !message.IsRejected:
                Check.That(disk.State.Term > message.Term || disk.State.Vote == message.To, "a vote is durable before it is told");
                _votes.TryAdd((message.Term, member.Id), message.To);
                Check.That(_votes[(message.Term, member.Id)] == message.To, "one vote a term");
                break;
            case RaftMessageKind.AppendReply when !message.IsRejected:
                Check.That(disk.LastIndex >= message.Position.Index, "entries are durable before the leader hears of it");
                IsLeadersEntry(disk, message);
                break;
        }
    }

    public void Applied(SimulatedMember member, RaftEntry entry)
    {
        Check.That(entry.Index == member.GivenOut + 1, "applied in order, each once a life");
        member.GivenOut = entry.Index;
        Check.That(entry.Index <= _committed.Count && _committed[(int)entry.Index - 1].Position == entry.Position, "only what is committed is applied");
        if (entry.Index > member.Machine.Applied)
        {
            member.Machine = member.Machine.With(entry);
            _digests.TryAdd(entry.Index, member.Machine.Digest);
            Check.That(_digests[entry.Index] == member.Machine.Digest, "all members apply the same");
        }
    }

    public void Confirmed(SimulatedMember member, ConfirmedRead read)
    {
        Check.That(member.ReadFloors.Remove(read.Id, out var floor), "a read is confirmed once");
        Check.That(read.Index >= floor, "a read sees everything that was committed before it was asked");
    }

    /// <summary>A leader that hears of no majority does not go on for ever.</summary>
    public void Ticked(SimulatedMember member)
    {
        var voters = member.Core!.Log.Membership.Voters;
        var heard = voters.Count(other => other == member.Id || member.TicksSinceHeard[other] <= 2 * electionTicks);
        Check.That(member.Core.Role != RaftRole.Leader || heard > voters.Length / 2, "a leader that hears of no majority stops");
    }

    private static void HasCommitted(RaftCore leader, (LogPosition Position, long InTerm) committed)
    {
        var isBelow = committed.Position.Index < leader.Log.Before.Index;
        Check.That(committed.InTerm >= leader.Term || isBelow || leader.Log.Has(committed.Position), "what was committed is in the log of each later leader");
    }

    private void IsLeadersEntry(SimulatedDisk disk, RaftMessage reply)
    {
        var index = reply.Position.Index;
        if (index >= disk.Before.Index && members[reply.To].Core is { Role: RaftRole.Leader } leader && leader.Term == reply.Term &&
            leader.Log.TryTermOf(index, out var term))
        {
            Check.That(disk.TermOf(index) == term, "what a member says that it has is what the leader has");
        }
    }

    private void ObserveLog(SimulatedMember member, RaftCore core)
    {
        if (member.SeenLog == (core.Log.Last, core.Log.Before))
        {
            return;
        }

        member.SeenLog = (core.Log.Last, core.Log.Before);
        var termBefore = core.Log.Before.Term;
        for (var index = core.Log.FirstIndex; index <= core.Log.LastIndex; index++)
        {
            var entry = core.Log[index];
            _entries.TryAdd(entry.Position, (entry, termBefore));
            var known = _entries[entry.Position];
            Check.That(ReferenceEquals(known.Entry, entry) && known.TermBefore == termBefore, "logs that have the same position agree on everything before");
            termBefore = entry.Term;
        }

        ObserveMembership(member, core);
    }

    /// <summary>What a member goes by is the latest in its log.</summary>
    private void ObserveMembership(SimulatedMember member, RaftCore core)
    {
        if (!core.Log.Membership.Equals(member.SeenMembership))
        {
            member.SeenMembership = core.Log.Membership;
            Array.Clear(member.TicksSinceHeard);
        }

        for (var index = core.Log.LastIndex; index >= core.Log.FirstIndex; index--)
        {
            if (core.Log[index].Kind == RaftEntryKind.Membership)
            {
                Check.That(core.Log.Membership.Equals(Membership.Decode(core.Log[index].Payload.Span)), "who is in the group is what the latest entry about it says");
                return;
            }
        }

        var before = _memberships.Last(one => one.Index <= core.Log.Before.Index).Membership;
        Check.That(core.Log.Membership.Equals(before), "who is in the group is what was committed before the log begins");
    }

    private void MembershipCommitted(long index, Membership membership)
    {
        var before = _memberships[^1].Membership;
        Check.That(before.Voters.Except(membership.Voters).Concat(membership.Voters.Except(before.Voters)).Count() <= 1, "voters change one at a time");
        _memberships.Add((index, membership));
    }

    private void ObserveCommitted(SimulatedMember member, RaftCore core)
    {
        Check.That(core.Log.Committed >= member.SeenCommitted, "what is committed stays so");
        for (var index = Math.Max(member.SeenCommitted + 1, core.Log.FirstIndex); index <= core.Log.Committed; index++)
        {
            var position = core.Log[index].Position;
            if (index <= _committed.Count)
            {
                Check.That(_committed[(int)index - 1].Position == position, "no two members commit different entries");
                continue;
            }

            Check.That(index == _committed.Count + 1);
            _committed.Add((position, core.Term));
            if (core.Log[index].Kind == RaftEntryKind.Membership)
            {
                MembershipCommitted(index, Membership.Decode(core.Log[index].Payload.Span));
            }

            foreach (var other in members)
            {
                if (other.Core is { Role: RaftRole.Leader } leader && leader.Term > core.Term)
                {
                    HasCommitted(leader, _committed[^1]);
                }
            }
        }

        member.SeenCommitted = core.Log.Committed;
    }
}
