namespace Coterie.Simulator.Faults;

/// <summary>Which faults a run may meet. Weights are relative to one another; 0 leaves a fault out.</summary>
public sealed record FaultOptions
{
    public int Kill { get; init; } = 3;

    /// <summary>Power loss: as kill, but the peers are told nothing.</summary>
    public int Vanish { get; init; } = 2;

    /// <summary>All nodes at the same moment.</summary>
    public int KillAll { get; init; } = 1;

    public int Pause { get; init; } = 2;

    public int Cut { get; init; } = 3;

    public int CutOneWay { get; init; } = 3;

    public int Reset { get; init; } = 2;

    public int ClockStep { get; init; } = 1;

    public int NoSpace { get; init; } = 1;

    public int FailSync { get; init; } = 1;

    /// <summary>Syncs take up to <see cref="SlowSyncMax"/>.</summary>
    public int SlowDisk { get; init; } = 1;

    /// <summary>Some keys of a node's data cannot be read.</summary>
    public int Damage { get; init; } = 1;

    /// <summary>One direction between two nodes takes up to <see cref="SlowLinkMax"/> longer.</summary>
    public int SlowLink { get; init; } = 1;

    /// <summary>One of two nodes loses their connections, and the other does not know.</summary>
    public int HalfOpen { get; init; } = 1;

    /// <summary>A wall clock stands still.</summary>
    public int FreezeClock { get; init; } = 1;

    /// <summary>A node is down for <see cref="AwayMin"/> to <see cref="AwayMax"/>, whatever is mended meanwhile.</summary>
    public int Away { get; init; }

    /// <summary>A node loses its store, if all others have all of theirs.</summary>
    public int LoseStore { get; init; }

    /// <summary>All nodes of one data centre are cut from all others.</summary>
    public int CutDatacenter { get; init; }

    /// <summary>Undoes one of the above, or starts what is down.</summary>
    public int Repair { get; init; } = 12;

    /// <summary>Between two losses of power, at least.</summary>
    public TimeSpan VanishApart { get; init; }

    /// <summary>How far a clock is stepped at most.</summary>
    public TimeSpan ClockStepMax { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan SlowSyncMax { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan SlowLinkMax { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan AwayMin { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan AwayMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Chance that a chunk on the network is held up for up to half a second.</summary>
    public double StallChance { get; init; } = 0.002;

    /// <summary>Chance that a chunk on the network is lost, and its connection with it.</summary>
    public double LossChance { get; init; } = 0.0003;

    /// <summary>Chance that a read is not answered from a replica's cache.</summary>
    public double ColdChance { get; init; } = 0.1;

    /// <summary>Between two faults, at most.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(2);

    public static FaultOptions None { get; } = new()
    {
        Kill = 0, Vanish = 0, KillAll = 0, Pause = 0, Cut = 0, CutOneWay = 0, Reset = 0, ClockStep = 0, NoSpace = 0, FailSync = 0, SlowDisk = 0, Damage = 0,
        SlowLink = 0, HalfOpen = 0, FreezeClock = 0, Away = 0, LoseStore = 0, CutDatacenter = 0, Repair = 0,
        StallChance = 0, LossChance = 0, ColdChance = 0,
    };
}
