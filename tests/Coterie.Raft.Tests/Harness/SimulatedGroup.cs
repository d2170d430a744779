using Coterie.Model;

namespace Coterie.Raft.Tests.Harness;

/// <summary>
/// A group of cores with disks and a network that do only what they are told: each message is delivered, each write made durable by a call. The invariants
/// are looked at after each.
/// </summary>
internal sealed class SimulatedGroup
{
    private readonly RaftRules _rules;
    private readonly HarnessRules _ownerRules;
    private readonly Random _random;
    private readonly bool[,] _isCut;

    public SimulatedGroup(int voters, RaftOptions options, RaftRules rules, HarnessRules ownerRules, Random random, int spares = 0)
    {
        Options = options;
        _rules = rules;
        _ownerRules = ownerRules;
        _random = random;
        _isCut = new bool[voters + spares, voters + spares];
        First = Membership.Of(voters);
        Members = [.. Enumerable.Range(0, voters + spares).Select(id => new SimulatedMember(id, First))];
        Invariants = new Invariants(Members, First, options.ElectionTicks);
        foreach (var member in Members)
        {
            Start(member);
        }
    }

    public RaftOptions Options { get; }

    /// <summary>Those that it is of, and those that may be taken in.</summary>
    public SimulatedMember[] Members { get; }

    /// <summary>Who is in it at first.</summary>
    public Membership First { get; }

    public Invariants Invariants { get; }

    public List<RaftMessage> InFlight { get; } = [];

    /// <summary>How often what is rare has happened: a run in which it never does says nothing about it.</summary>
    public Dictionary<string, int> Happened { get; } = [];

    /// <summary>Called with each message that is sent, and each that arrives.</summary>
    public Action<string, RaftMessage>? Trace { get; set; }

    public SimulatedMember? Leader => Members.Where(static member => member.Core?.Role == RaftRole.Leader).MaxBy(static member => member.Core!.Term);

    public void Start(SimulatedMember member)
    {
        Check.That(member.Core is null);
        var log = new RaftLog(member.Disk.Before, member.Disk.Membership, member.Disk.Entries) { Rules = _rules };
        member.Machine = member.Disk.Machine;
        member.GivenOut = log.Applied;
        member.SeenCommitted = log.Committed;
        member.SeenLog = default;
        member.SeenLeaderTerm = 0;
        member.Core = new RaftCore(member.Id, member.Disk.State, log, Options, new Random(_random.Next()))
        {
            Rules = _rules,
            IsPassive = member.Disk.IsPassive && _ownerRules.KnowsThatItsDiskIsLost,
        };
        Settle(member);
    }

    /// <summary>What was being written is lost or, if it was synced and nobody has been told, durable.</summary>
    public void Crash(SimulatedMember member, bool isWriteDurable)
    {
        if (isWriteDurable && member.Writing is { } write)
        {
            member.Disk.Write(write);
        }

        member.Core = null;
        member.IsPaused = false;
        member.Writing = null;
        member.AfterWriting.Clear();
        member.Fetch = null;
        member.Answer = null;
        member.EndsPassive = false;
        member.ReadFloors.Clear();
    }

    public void LoseDisk(SimulatedMember member)
    {
        Check.That(member.Core is null);
        member.Disk = new SimulatedDisk(First) { IsPassive = true };
        if (_ownerRules.ClosesOldConnections)
        {
            InFlight.RemoveAll(message => message.From == member.Id);
        }
    }

    public void Cut(int from, int to, bool isCut) => _isCut[from, to] = isCut;

    public bool IsCut(int from, int to) => _isCut[from, to];

    public void Heal() => Array.Clear(_isCut);

    public void Tick(SimulatedMember member)
    {
        for (var other = 0; other < Members.Length; other++)
        {
            member.TicksSinceHeard[other]++;
        }

        member.Core!.Tick();
        Settle(member);
        Invariants.Ticked(member);
    }

    public void Deliver(RaftMessage message)
    {
        var member = Members[message.To];
        if (!member.IsRunning || _isCut[message.From, message.To])
        {
            return;
        }

        Trace?.Invoke("<", message);
        if (message.Kind is RaftMessageKind.TimeoutNow or RaftMessageKind.Snapshot)
        {
            Happens($"{message.Kind} arrived");
        }

        member.TicksSinceHeard[message.From] = 0;
        member.Core!.Step(message);
        Settle(member);
    }

    public void CompleteWrite(SimulatedMember member)
    {
        if (member.Writing is not { } write)
        {
            return;
        }

        member.Disk.Write(write);
        member.Writing = null;
        var messages = member.AfterWriting.ToArray();
        member.AfterWriting.Clear();
        foreach (var message in messages)
        {
            Send(member, message);
        }

        if (member.EndsPassive)
        {
            member.EndsPassive = false;
            member.Disk.IsPassive = false;
        }

        member.Core!.Written();
        Settle(member);
    }

    public ProposeResult Propose(SimulatedMember member, ReadOnlyMemory<byte> payload)
    {
        var result = member.Core!.Propose(payload, out _);
        Settle(member);
        return result;
    }

    /// <summary>Null: nothing that anyone may ask for.</summary>
    public ProposeResult? ChangeMember(SimulatedMember leader, int member, MemberRole role)
    {
        var membership = leader.Core!.Log.Membership;
        var before = membership.RoleOf(member);
        if (before == role || (role == MemberRole.Voter && before != MemberRole.Learner) || (before == MemberRole.Voter && membership.Voters.Length == 1))
        {
            return null;
        }

        var result = leader.Core!.ChangeMember(member, role, out _);
        if (result == ProposeResult.Appended)
        {
            Happens(member == leader.Id ? "a leader removed itself" : $"{before} to {role}");
        }

        Settle(leader);
        return result;
    }

    public bool Read(SimulatedMember member, long id)
    {
        var isTaken = member.Core!.TryRead(id);
        if (isTaken)
        {
            member.ReadFloors[id] = Invariants.HighestCommitted;
        }

        Settle(member);
        return isTaken;
    }

    /// <summary>Whoever leads hands over.</summary>
    public void HandOver(int to)
    {
        if (Leader is { IsRunning: true } leader)
        {
            leader.Core!.HandOverTo(to);
            Settle(leader);
        }
    }

    /// <summary>The owner keeps the state and drops the log up to an index, if all of it is applied and durable.</summary>
    public void Compact(SimulatedMember member, long dropUpTo)
    {
        var log = member.Core!.Log;
        var index = Math.Min(dropUpTo, Math.Min(log.Applied, log.Stable));
        member.Disk.Compact(member.Machine, index, log.MembershipAt(Math.Max(index, log.Before.Index)));
        log.DropUpTo(index);
        Settle(member);
    }

    /// <summary>The state is fetched as it is now, which may be later than was offered. It may be gone.</summary>
    public void CompleteFetch(SimulatedMember member)
    {
        if (member.Fetch is not { } fetch || member.Writing is not null)
        {
            return;
        }

        var from = Members[fetch.From];
        member.Fetch = null;
        if (!from.IsRunning || IsCut(from.Id, member.Id) || from.Machine.Applied < fetch.Position.Index)
        {
            Happens("a state could not be fetched");
            member.Core!.FetchFailed();
        }
        else
        {
            member.Machine = from.Machine.Applied > member.Machine.Applied ? from.Machine : member.Machine;
            member.Disk.Restore(fetch, member.Machine);
            member.GivenOut = Math.Max(member.GivenOut, fetch.Position.Index);
            Happens(from.Machine.Applied > fetch.Position.Index ? "a later state than was offered" : "a state was fetched");
            member.Core!.Restored(fetch.Position);
        }

        Settle(member);
    }

    /// <summary>A member without its disk asks all others what it may have promised, and counts again when it has what was committed then.</summary>
    public void TryEndPassive(SimulatedMember member)
    {
        var core = member.Core!;
        if (!core.IsPassive)
        {
            return;
        }

        member.Answer ??= Ask(member);
        if (member.Answer is { } answer && (core.Log.Stable >= answer.Committed && core.Log.Committed >= answer.Committed))
        {
            member.EndsPassive = true;
            Happens("a member counts again");
            core.EndPassive(answer.Term);
            Settle(member);
        }
    }

    private (long Term, long Committed)? Ask(SimulatedMember member)
    {
        var others = Members.Where(other => other.Id != member.Id).ToArray();
        if (others.Any(other => !other.IsRunning || IsCut(member.Id, other.Id) || IsCut(other.Id, member.Id)))
        {
            return null;
        }

        foreach (var other in others)
        {
            other.Core!.Forget(member.Id);
            Settle(other);
        }

        var term = others.Max(static other => other.Core!.Term);
        var leader = others.FirstOrDefault(other => other.Core!.Term == term && other.Core.KnowsCommitted)?.Core;
        return !_ownerRules.CatchesUpBeforeItCounts ? (term, 0) : leader is null ? null : (term, leader.Log.Committed);
    }

    public void Settle(SimulatedMember member)
    {
        // What it says, and what it commits, is judged by what everyone knows by then.
        Invariants.Observe(member);
        for (var output = new RaftOutput(); member.Core!.TryTake(output); output = new RaftOutput())
        {
            Invariants.Observe(member);
            Take(member, output);
        }

        if (member.EndsPassive && member.Writing is null)
        {
            member.EndsPassive = false;
            member.Disk.IsPassive = false;
        }
    }

    private void Take(SimulatedMember member, RaftOutput output)
    {
        foreach (var message in output.Send)
        {
            Send(member, message);
        }

        foreach (var entry in output.Committed)
        {
            Invariants.Applied(member, entry);
        }

        foreach (var read in output.Reads)
        {
            Happens("a read was confirmed");
            Invariants.Confirmed(member, read);
            member.ConfirmedReads.Add(read);
        }

        foreach (var read in output.RefusedReads)
        {
            Happens("a read was refused");
            member.ReadFloors.Remove(read);
            member.RefusedReads.Add(read);
        }

        member.Fetch = output.Fetch ?? member.Fetch;
        if (output.Write is { } write)
        {
            Check.That(member.Writing is null, "one write at a time");
            if (write.Entries.Count > 0 && write.Entries[0].Index <= member.Disk.LastIndex)
            {
                if (member.Disk.Entries.Any(entry => entry.Index >= write.Entries[0].Index && entry.Kind == RaftEntryKind.Membership))
                {
                    Happens("a change of members gave way");
                }

                Happens("entries on a disk gave way");
            }

            member.Writing = write;
            foreach (var message in output.SendAfterWrite)
            {
                if (WaitsForWrite(message))
                {
                    member.AfterWriting.Add(message);
                }
                else
                {
                    SendUnchecked(message);
                }
            }
        }
        else
        {
            Check.That(output.SendAfterWrite.Count == 0);
        }
    }

    private bool WaitsForWrite(RaftMessage message) => message.Kind switch
    {
        RaftMessageKind.VoteReply or RaftMessageKind.Vote => _ownerRules.SyncsVotesFirst,
        RaftMessageKind.AppendReply => _ownerRules.SyncsEntriesFirst,
        _ => true,
    };

    private void Send(SimulatedMember member, RaftMessage message)
    {
        Invariants.Said(member, message);
        SendUnchecked(message);
    }

    private void SendUnchecked(RaftMessage message)
    {
        Trace?.Invoke(">", message);
        InFlight.Add(message);
    }

    private void Happens(string what) => Happened[what] = Happened.GetValueOrDefault(what) + 1;
}
