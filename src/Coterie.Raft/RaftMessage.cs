using System.Collections.Immutable;

namespace Coterie.Raft;

/// <summary>Part of the wire format: numbers are never reused.</summary>
public enum RaftMessageKind : byte
{
    /// <summary>Would you vote for me in the next term? Binds nobody (Ongaro's thesis §9.6).</summary>
    PreVote = 1,
    PreVoteReply = 2,

    /// <summary>RequestVote.</summary>
    Vote = 3,
    VoteReply = 4,

    /// <summary>AppendEntries with entries, or with none to find out where a log ends.</summary>
    Append = 5,
    AppendReply = 6,

    /// <summary>AppendEntries without entries or a claim about the log. Carries the number of the round of reads that it confirms (thesis §6.4).</summary>
    Heartbeat = 7,
    HeartbeatReply = 8,

    /// <summary>What you lack is not in my log any more: fetch the state as of this position.</summary>
    Snapshot = 9,

    /// <summary>Begin an election now: leadership is handed over (thesis §3.10).</summary>
    TimeoutNow = 10,
}

/// <summary>One message between two members of a group. What a field means depends on the kind; those that a kind does not use are zero.</summary>
public sealed record RaftMessage
{
    public required RaftMessageKind Kind { get; init; }

    /// <summary>Members by their index in the group.</summary>
    public required int From { get; init; }

    public required int To { get; init; }

    /// <summary>The sender's term; of a pre-vote and of a granted one, the term that would be.</summary>
    public required long Term { get; init; }

    /// <summary>
    /// <see cref="RaftMessageKind.Append"/>: the entry before <see cref="Entries"/>. Votes: the end of the candidate's log.
    /// <see cref="RaftMessageKind.AppendReply"/>: the last entry that is durable and matches; of a refusal, where to try next.
    /// <see cref="RaftMessageKind.Snapshot"/>: what the state includes.
    /// </summary>
    public LogPosition Position { get; init; }

    /// <summary>As far as the leader knows that entries are committed; of a heartbeat, no further than the follower's log is known to match.</summary>
    public long Commit { get; init; }

    /// <summary>Replies: no.</summary>
    public bool IsRejected { get; init; }

    /// <summary>A vote that is asked for in the name of the leader, who hands over: its silence is no condition.</summary>
    public bool IsTransfer { get; init; }

    /// <summary>Replies, of a member that may have forgotten what it promised: it counts for nothing.</summary>
    public bool IsPassive { get; init; }

    /// <summary><see cref="RaftMessageKind.AppendReply"/>: which entry was refused.</summary>
    public long Refused { get; init; }

    /// <summary>Heartbeats: the round of reads.</summary>
    public long Round { get; init; }

    public ImmutableArray<RaftEntry> Entries { get; init; } = [];

    /// <summary><see cref="RaftMessageKind.Snapshot"/>, and no other kind: who is in the group as of the state.</summary>
    public Membership? Membership { get; init; }
}
