namespace Coterie.Raft;

/// <summary>Times are in ticks, which the core's owner gives at a steady pace; sizes in bytes.</summary>
public sealed record RaftOptions
{
    /// <summary>From so many ticks without a word from a leader on a member doubts it; up to twice as many until it wants to be leader itself.</summary>
    public int ElectionTicks { get; init; } = 12;

    /// <summary>A leader says so this often.</summary>
    public int HeartbeatTicks { get; init; } = 2;

    /// <summary>Once the connection to the leader is gone the wait for an election is spread over so many ticks, so that two do not begin at once.</summary>
    public int SuspicionTicks { get; init; } = 4;

    /// <summary>Entries of one message; one entry goes even if it is larger.</summary>
    public int MessageBytesMax { get; init; } = 512 * 1024;

    /// <summary>Messages on their way to a follower that have not been answered yet.</summary>
    public int InFlightMax { get; init; } = 64;

    /// <summary>Entries that are not committed yet; over it, the leader takes no more.</summary>
    public int UncommittedBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Committed entries given out at a time.</summary>
    public int ApplyBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Reads that wait for the leader to make sure that it still is.</summary>
    public int PendingReadsMax { get; init; } = 100_000;
}
