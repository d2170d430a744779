namespace Coterie.Raft.Tests.Harness;

/// <summary>One member: its disk, and while it runs its core and what it has under way.</summary>
internal sealed class SimulatedMember(int id, Membership first)
{
    public int Id { get; } = id;

    public SimulatedDisk Disk { get; set; } = new(first);

    /// <summary>Null: it is down.</summary>
    public RaftCore? Core { get; set; }

    public bool IsPaused { get; set; }

    public bool IsRunning => Core is not null && !IsPaused;

    public Machine Machine { get; set; }

    public RaftWrite? Writing { get; set; }

    public List<RaftMessage> AfterWriting { get; } = [];

    public RaftFetch? Fetch { get; set; }

    /// <summary>What the others answered when it asked after it lost its disk.</summary>
    public (long Term, long Committed)? Answer { get; set; }

    /// <summary>It counts again as soon as its next write is durable.</summary>
    public bool EndsPassive { get; set; }

    /// <summary>By the number of a read: what it must see.</summary>
    public Dictionary<long, long> ReadFloors { get; } = [];

    public List<ConfirmedRead> ConfirmedReads { get; } = [];

    public List<long> RefusedReads { get; } = [];

    /// <summary>Of its own ticks, since it heard of each of the others.</summary>
    public int[] TicksSinceHeard { get; } = new int[9];

    /// <summary>Entries given out in this life, up to here.</summary>
    public long GivenOut { get; set; }

    public Membership SeenMembership { get; set; } = first;

    public long SeenCommitted { get; set; }

    public long SeenLeaderTerm { get; set; }

    public (LogPosition Last, LogPosition Before) SeenLog { get; set; }

    public override string ToString() => Core is not { } core
        ? $"{Id} down"
        : $"{Id} {core.Role} term {core.Term} leader {core.Leader} log {core.Log.Before}..{core.Log.Last} stable {core.Log.Stable} committed {core.Log.Committed} applied {Machine.Applied}"
            + (Writing is null ? "" : " writing") + (Fetch is null ? "" : " fetching") + (core.IsPassive ? " passive" : "");
}
