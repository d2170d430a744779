namespace Coterie.Raft.Tests.Harness;

/// <summary>
/// One run from a seed: steps in any order, with faults, then a quiet time in which the group must come to itself. All that is random comes from the seed.
/// </summary>
internal sealed class RandomRun
{
    private const int InFlightMax = 100;
    private const int WaitingMax = 30;

    private readonly Random _random;
    private readonly Chances _chances;
    private readonly int[] _speeds;
    private readonly List<RaftMessage>[] _waiting;
    private long _last;

    public RandomRun(int seed, int members, RaftRules? rules = null, HarnessRules? ownerRules = null, Func<Chances, Chances>? with = null, int spares = 0)
    {
        _random = new Random(seed);
        _chances = with is null ? Chances.Of(_random) : with(Chances.Of(_random));
        _waiting = [.. Enumerable.Range(0, members + spares).Select(static _ => new List<RaftMessage>())];
        _speeds = [.. Enumerable.Range(0, members + spares).Select(_ => _random.Next(1, 4))];
        Group = new SimulatedGroup(members, new RaftOptions { ElectionTicks = _random.Next(3, 8), HeartbeatTicks = 1, SuspicionTicks = 3, MessageBytesMax = _random.Next(30, 250), InFlightMax = _random.Next(1, 5), ApplyBytesMax = 300 }, rules ?? RaftRules.All, ownerRules ?? HarnessRules.All, _random, spares);
    }

    public SimulatedGroup Group { get; }

    public int Steps { get; private set; }

    public void Go(int steps)
    {
        for (; Steps < steps; Steps++)
        {
            Step();
        }

        new QuietTime(Group).ComeToItself();
    }

    private SimulatedMember Any() => Group.Members[_random.Next(Group.Members.Length)];

    private void Step()
    {
        var c = _chances;
        var kind = Chances.Pick(_random, c.Deliveries, c.Writes, c.Ticks, c.Proposals, c.Reads, c.Errands, c.Faults, c.Changes);
        var member = Any();
        if (kind == 0)
        {
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                DeliverOne();
            }
        }
        else if (kind == 6)
        {
            Fault(member);
        }
        else if (member.IsRunning)
        {
            Act(kind, member);
        }
    }

    private void Act(int kind, SimulatedMember member)
    {
        switch (kind)
        {
            case 1:
                Group.CompleteWrite(Group.Members.FirstOrDefault(one => one is { IsRunning: true, Writing: not null }) is { } writing && _random.Next(2) == 0 ? writing : member);
                break;
            case 2:
                for (var i = _random.Next(_speeds[member.Id] + 1); i > 0; i--)
                {
                    Group.Tick(member);
                }

                break;
            case 3:
                Group.Propose(ToAsk(member), BitConverter.GetBytes(++_last));
                break;
            case 4:
                Group.Read(ToRead(member), ++_last);
                break;
            case 5:
                Group.CompleteFetch(member);
                Group.TryEndPassive(member);
                break;
            case 7:
                ChangeMember(ToAsk(member));
                break;
        }
    }

    /// <summary>Anyone in, up or out, the one that leads among them; in more often than out.</summary>
    private void ChangeMember(SimulatedMember leader)
    {
        var membership = leader.Core!.Log.Membership;
        var member = membership.Learners.IsEmpty || _random.Next(2) == 0 ? Any().Id : membership.Learners[0];
        var role = (_random.Next(4), membership.RoleOf(member)) switch
        {
            (0, _) => MemberRole.None,
            (_, MemberRole.None) => MemberRole.Learner,
            (1, MemberRole.Voter) => MemberRole.Learner,
            _ => MemberRole.Voter,
        };
        Group.ChangeMember(leader, member, role);
    }

    /// <summary>Most ask whoever leads; some ask one that led before.</summary>
    private SimulatedMember ToAsk(SimulatedMember any)
    {
        var leader = Group.Leader;
        return leader is { IsRunning: true } && _random.Next(4) != 0 ? leader : any;
    }

    /// <summary>Whoever believes to lead, also one who leads no more.</summary>
    private SimulatedMember ToRead(SimulatedMember any)
    {
        var from = _random.Next(Group.Members.Length);
        for (var i = 0; i < Group.Members.Length; i++)
        {
            var member = Group.Members[(from + i) % Group.Members.Length];
            if (member is { IsRunning: true, Core.Role: RaftRole.Leader })
            {
                return member;
            }
        }

        return any;
    }

    private void DeliverOne()
    {
        var messages = Group.InFlight;
        if (messages.Count == 0)
        {
            return;
        }

        var at = _random.Next(1000) < _chances.Reorderings ? _random.Next(messages.Count) : 0;
        var message = messages[at];
        var chance = _random.Next(1000);
        if (messages.Count > InFlightMax || chance >= _chances.Duplicates)
        {
            messages.RemoveAt(at);
        }

        if (Group.Members[message.To].IsPaused)
        {
            // What comes for it meanwhile is in nobody's way.
            messages.Remove(message);
            if (_waiting[message.To].Count < WaitingMax)
            {
                _waiting[message.To].Add(message);
            }
        }
        else if (chance < 1000 - _chances.Losses)
        {
            Group.Deliver(message);
        }
    }

    private void Fault(SimulatedMember member)
    {
        if (member.Core is not { } core)
        {
            Group.Start(member);
            return;
        }

        if (member.IsPaused)
        {
            // Long enough for the others to go on without it, mostly. Whoever had asked it meanwhile is answered before it hears what happened.
            if (_random.Next(6) == 0)
            {
                member.IsPaused = false;
                Group.InFlight.AddRange(_waiting[member.Id]);
                _waiting[member.Id].Clear();
                Group.Read(member, ++_last);
            }

            return;
        }

        var c = _chances;
        switch (Chances.Pick(_random, c.Heals, c.Partitions, c.Crashes, c.LostDisks, c.Pauses, c.Suspicions, c.HandOvers, c.Compactions))
        {
            case 0:
                Group.Heal();
                break;
            case 1:
                Partition(LeaderOr(member));
                break;
            case 2:
                Group.Crash(member, _random.Next(2) == 0);
                break;
            case 3:
                LoseDisk(member);
                break;
            case 4:
                LeaderOr(member).IsPaused = true;
                break;
            case 5:
                core.Suspect(core.Leader ?? 0);
                break;
            case 6:
                Group.HandOver(member.Id);
                break;
            case 7:
                Group.Compact(member, core.Log.Applied - _random.Next(12));
                break;
        }
    }

    /// <summary>What happens to a leader matters most.</summary>
    private SimulatedMember LeaderOr(SimulatedMember any) => _random.Next(2) == 0 && Group.Leader is { IsRunning: true } leader ? leader : any;

    private void LoseDisk(SimulatedMember member)
    {
        // With a majority of the disks what was committed is gone, and nothing can help.
        var lost = Group.Members.Count(one => one != member && one.Disk.IsPassive) + 1;
        if (lost <= (Group.Members.Length - 1) / 2)
        {
            Group.Crash(member, isWriteDurable: false);
            Group.LoseDisk(member);
            foreach (var waiting in _waiting)
            {
                waiting.RemoveAll(message => message.From == member.Id);
            }

            Group.Start(member);
        }
    }

    private void Partition(SimulatedMember member)
    {
        var other = Any();
        switch (_random.Next(3))
        {
            case 0:
                Group.Cut(member.Id, other.Id, isCut: other != member);
                break;
            case 1:
                var side = _random.Next(1 << Group.Members.Length);
                foreach (var (one, two) in Group.Members.SelectMany(_ => Group.Members, static (one, two) => (one.Id, two.Id)))
                {
                    Group.Cut(one, two, ((side >> one) & 1) != ((side >> two) & 1));
                }

                break;
            case 2:
                foreach (var one in Group.Members)
                {
                    Group.Cut(member.Id, one.Id, one != member);
                    Group.Cut(one.Id, member.Id, one != member);
                }

                break;
        }
    }
}
