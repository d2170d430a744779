namespace Coterie.Raft;

/// <summary>
/// What a member's owner is to do: etcd's <c>Ready</c>. Messages of <see cref="Send"/> go at once, beside the write; those of <see cref="SendAfterWrite"/> say
/// something that the write makes true, and go when it is durable.
/// </summary>
public sealed class RaftOutput
{
    /// <summary>Null: nothing is to be written. Until the owner has told the core that it is durable, no other write is given out.</summary>
    public RaftWrite? Write { get; internal set; }

    public List<RaftMessage> Send { get; } = [];

    public List<RaftMessage> SendAfterWrite { get; } = [];

    /// <summary>To be applied, in order; each entry is given out once.</summary>
    public List<RaftEntry> Committed { get; } = [];

    /// <summary>To be answered as soon as their index has been applied.</summary>
    public List<ConfirmedRead> Reads { get; } = [];

    /// <summary>Reads that will not be confirmed: this member is not the leader any more.</summary>
    public List<long> RefusedReads { get; } = [];

    /// <summary>Null: nothing is to be fetched.</summary>
    public RaftFetch? Fetch { get; internal set; }

    /// <summary>One output may be used again and again: what it had is gone with the next <see cref="RaftCore.TryTake"/>.</summary>
    internal void Clear()
    {
        Write = null;
        Fetch = null;
        Send.Clear();
        SendAfterWrite.Clear();
        Committed.Clear();
        Reads.Clear();
        RefusedReads.Clear();
    }

    public bool IsEmpty => Write is null && Fetch is null && Send.Count == 0 && SendAfterWrite.Count == 0 && Committed.Count == 0 && Reads.Count == 0 && RefusedReads.Count == 0;
}

/// <summary>The state is to be fetched from a member, which leads; then <see cref="RaftCore.Restored"/>.</summary>
/// <param name="Position">As of which, or later.</param>
/// <param name="Membership">As of the position: the log on the disk begins behind both.</param>
public readonly record struct RaftFetch(int From, LogPosition Position, Membership Membership);

/// <summary>One atom for the disk.</summary>
/// <param name="HardState">Null: unchanged.</param>
/// <param name="Entries">In order; whatever the disk has at and behind the first of them gives way. May be empty.</param>
public sealed record RaftWrite(HardState? HardState, IReadOnlyList<RaftEntry> Entries)
{
    public LogPosition? Last => Entries.Count == 0 ? null : Entries[^1].Position;
}
