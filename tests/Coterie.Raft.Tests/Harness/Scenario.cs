using System.Globalization;
using System.Text;

namespace Coterie.Raft.Tests.Harness;

/// <summary>
/// A text of commands, one a line, and what they led to, indented behind each. Between commands everything that is sent arrives and everything that is
/// written becomes durable, except what the scenario holds back; clocks go only by <c>tick</c> and <c>elect</c>. Members are counted from 1, as in the paper.
/// </summary>
internal sealed class Scenario(RaftRules rules, HarnessRules ownerRules)
{
    private const string Indent = "    ";
    private const int ElectionTicksMax = 200;

    private readonly StringBuilder _record = new();
    private readonly Dictionary<LogPosition, RaftEntry> _entries = [];
    private readonly HashSet<(int From, int To, string Kind)> _held = [];
    private readonly HashSet<int> _slow = [];
    private readonly Dictionary<int, string> _shown = [];
    private SimulatedGroup _group = new(1, new RaftOptions(), RaftRules.All, HarnessRules.All, new Random(1));
    private long _reads;

    /// <summary>The commands again, each with what it led to.</summary>
    public string Run(string text)
    {
        foreach (var line in text.Split('\n').Where(static line => !line.StartsWith(Indent, StringComparison.Ordinal)))
        {
            _record.Append(line).Append('\n');
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && !line.StartsWith('#'))
            {
                Do(words);
                Settle();
                ShowMembers();
            }
        }

        return _record.ToString().TrimEnd('\n') + "\n";
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string Describe(RaftMessage message)
    {
        var text = new StringBuilder($"{message.From + 1}>{message.To + 1} {message.Kind} term {message.Term}");
        text.Append(message.Kind is RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatReply ? $" round {message.Round}" : "");
        text.Append(message.Position == default ? "" : $" at {message.Position}");
        text.Append(message.Entries.Length == 0 ? "" : $" with {string.Join(' ', message.Entries.Select(static entry => entry.Position))}");
        text.Append(message.Commit == 0 ? "" : $" commit {message.Commit}");
        text.Append(message.IsRejected ? " no" : "").Append(message.IsPassive ? " passive" : "").Append(message.IsTransfer ? " for the leader" : "");
        return text.ToString();
    }

    private static MemberRole RoleOf(string word) => word switch
    {
        "learner" => MemberRole.Learner,
        "voter" => MemberRole.Voter,
        _ => MemberRole.None,
    };

    private static string Describe(Membership membership) => string.Join(' ', membership.Voters.Select(static member => member + 1))
        + (membership.Learners.IsEmpty ? "" : $" learning {string.Join(' ', membership.Learners.Select(static member => member + 1))}");

    private SimulatedMember Member(string word) => _group.Members[Number(word) - 1];

    private IEnumerable<SimulatedMember> MembersOf(string word) => word == "all" ? _group.Members.Where(static member => member.IsRunning) : [Member(word)];

    private void Do(string[] words)
    {
        switch (words[0])
        {
            case "group":
                Begin(words);
                break;
            case "disk":
                SetDisk(Member(words[1]), Number(words[2]), words[3..]);
                break;
            case "elect":
                Elect(Member(words[1]));
                break;
            case "propose":
                Say(_group.Propose(Member(words[1]), Encoding.ASCII.GetBytes(words[2])).ToString());
                break;
            case "learner" or "voter" or "remove":
                Say(_group.ChangeMember(Member(words[1]), Number(words[2]) - 1, RoleOf(words[0]))?.ToString() ?? "cannot be asked for");
                break;
            case "read":
                Say(_group.Read(Member(words[1]), ++_reads) ? $"read {_reads} waits" : "not the leader");
                break;
            case "tick":
                Tick(words);
                break;
            case "suspect":
                Member(words[1]).Core!.Suspect(Number(words[2]) - 1);
                break;
            case "handover":
                Member(words[1]).Core!.HandOverTo(Number(words[2]) - 1);
                _group.Settle(Member(words[1]));
                break;
            case "expect":
                Expect(words);
                break;
            default:
                DoFault(words);
                break;
        }
    }

    private void DoFault(string[] words)
    {
        switch (words[0])
        {
            case "cut":
                _group.Cut(Number(words[1]) - 1, Number(words[2]) - 1, isCut: true);
                break;
            case "isolate":
                foreach (var other in _group.Members.Where(other => other != Member(words[1])))
                {
                    _group.Cut(other.Id, Number(words[1]) - 1, isCut: true);
                    _group.Cut(Number(words[1]) - 1, other.Id, isCut: true);
                }

                break;
            case "heal":
                _group.Heal();
                break;
            case "crash":
                _group.Crash(Member(words[1]), isWriteDurable: false);
                break;
            case "lose-disk":
                _group.LoseDisk(Member(words[1]));
                break;
            case "restart":
                _group.Start(Member(words[1]));
                break;
            case "pause" or "resume":
                Member(words[1]).IsPaused = words[0] == "pause";
                break;
            case "compact":
                _group.Compact(Member(words[1]), long.MaxValue);
                break;
            case "ask":
                _group.TryEndPassive(Member(words[1]));
                break;
            default:
                HoldBack(words);
                break;
        }
    }

    private void HoldBack(string[] words)
    {
        switch (words[0])
        {
            case "slow":
                _slow.Add(Number(words[1]) - 1);
                break;
            case "sync":
                _slow.Remove(Number(words[1]) - 1);
                break;
            case "hold":
                _held.Add((Number(words[1]) - 1, Number(words[2]) - 1, words[3]));
                break;
            case "flow":
                _held.Remove((Number(words[1]) - 1, Number(words[2]) - 1, words[3]));
                break;
            case "drop":
                _group.InFlight.RemoveAll(message => IsHeld(message) && message.From == Number(words[1]) - 1 && message.To == Number(words[2]) - 1);
                break;
            case "deliver":
                var first = _group.InFlight.First(message => IsHeld(message) && message.From == Number(words[1]) - 1 && message.To == Number(words[2]) - 1);
                _group.InFlight.Remove(first);
                _group.Deliver(first);
                break;
            default:
                throw new FormatException($"'{string.Join(' ', words)}' is no command");
        }
    }

    /// <summary>Members, the most bytes of a message, and how many there are that may be taken in.</summary>
    private void Begin(string[] words)
    {
        var options = new RaftOptions { MessageBytesMax = words.Length > 2 ? Number(words[2]) : 1000 };
        _group = new SimulatedGroup(Number(words[1]), options, rules, ownerRules, new Random(1), words.Length > 3 ? Number(words[3]) : 0)
        {
            Trace = (direction, message) =>
            {
                var isIdle = message.Kind is RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatReply && message.Round == 0 && !message.IsPassive;
                if (direction == "<" && !isIdle)
                {
                    Say(Describe(message));
                }
            },
        };
    }

    private void SetDisk(SimulatedMember member, long term, string[] terms)
    {
        _group.Crash(member, isWriteDurable: false);
        var entries = new List<RaftEntry>();
        foreach (var word in terms)
        {
            var position = new LogPosition(entries.Count + 1, Number(word));
            _entries.TryAdd(position, new RaftEntry(position, RaftEntryKind.Command, Encoding.ASCII.GetBytes(position.ToString())));
            entries.Add(_entries[position]);
        }

        member.Disk.Write(new RaftWrite(new HardState(term, HardState.Nobody), entries));
        _group.Start(member);
    }

    private void Elect(SimulatedMember member)
    {
        for (var ticks = 0; member.Core!.Role != RaftRole.Leader && ticks < ElectionTicksMax; ticks++)
        {
            foreach (var other in _group.Members.Where(other => other.IsRunning && other != member))
            {
                // The silence of the leader before is no matter here.
                other.Core!.Suspect(other.Core.Leader ?? other.Id);
            }

            _group.Tick(member);
            Settle();
        }
    }

    private void Tick(string[] words)
    {
        for (var i = 0; i < Number(words[2]); i++)
        {
            foreach (var member in MembersOf(words[1]))
            {
                _group.Tick(member);
            }

            Settle();
        }
    }

    private bool IsHeld(RaftMessage message) =>
        _group.Members[message.To].IsPaused || _held.Contains((message.From, message.To, "all")) || _held.Contains((message.From, message.To, message.Kind.ToString()));

    private void Settle()
    {
        var isMoving = true;
        while (isMoving)
        {
            isMoving = false;
            foreach (var member in _group.Members.Where(member => member.IsRunning && !_slow.Contains(member.Id)))
            {
                isMoving |= member.Writing is not null;
                _group.CompleteWrite(member);
                _group.CompleteFetch(member);
            }

            foreach (var message in _group.InFlight.Where(message => !IsHeld(message)).ToArray())
            {
                isMoving = true;
                _group.InFlight.Remove(message);
                _group.Deliver(message);
            }
        }
    }

    private void Expect(string[] words)
    {
        var member = words.Length > 2 ? Member(words[2]) : _group.Members[0];
        var actual = words[1] switch
        {
            "leader" => _group.Members.Any(one => one.Core?.Role == RaftRole.Leader) ? $"expect leader {_group.Leader!.Id + 1}" : "expect leader nobody",
            "follower" => $"expect {member.Core!.Role.ToString().ToLowerInvariant()} {words[2]}",
            "committed" => $"expect committed {words[2]} {member.Core!.Log.Committed}",
            "log" => $"expect log {words[2]} {Terms(member.Core!.Log)}",
            "confirmed" => $"expect confirmed {words[2]} {string.Join(' ', member.ConfirmedReads.Select(static read => $"{read.Id}@{read.Index}"))}",
            "refused" => $"expect refused {words[2]} {string.Join(' ', member.RefusedReads)}",
            "members" => $"expect members {words[2]} {Describe(member.Core!.Log.Membership)}",
            "passive" => $"expect {(member.Core!.IsPassive ? "passive" : "active")} {words[2]}",
            "active" => $"expect {(member.Core!.IsPassive ? "passive" : "active")} {words[2]}",
            _ => throw new FormatException($"'{string.Join(' ', words)}' is no command"),
        };
        Assert.Equal(string.Join(' ', words), actual.TrimEnd());
    }

    private static string Terms(RaftLog log) =>
        string.Join(' ', Enumerable.Range((int)log.FirstIndex, (int)(log.LastIndex - log.Before.Index)).Select(index => log[index].Term));

    private void ShowMembers()
    {
        foreach (var member in _group.Members)
        {
            var text = Show(member);
            if (_shown.GetValueOrDefault(member.Id) != text)
            {
                _shown[member.Id] = text;
                Say(text);
            }
        }
    }

    private string Show(SimulatedMember member)
    {
        if (member.Core is not { } core)
        {
            return $"{member.Id + 1}: down";
        }

        var dropped = core.Log.Before.Index == 0 ? "" : $" behind {core.Log.Before}";
        return $"{member.Id + 1}: {core.Role} of term {core.Term}, log{dropped} [{Terms(core.Log)}], committed {core.Log.Committed}, applied {member.Machine.Applied}"
            + (core.Log.Membership.Equals(_group.First) ? "" : $", members {Describe(core.Log.Membership)}")
            + (core.IsPassive ? ", passive" : "") + (member.IsPaused ? ", paused" : "") + (member.Writing is null ? "" : ", writing")
            + string.Concat(member.ConfirmedReads.Select(static read => $", read {read.Id} at {read.Index}"))
            + string.Concat(member.RefusedReads.Select(static read => $", read {read} refused"));
    }

    private void Say(string what) => _record.Append(Indent).Append(what).Append('\n');
}
