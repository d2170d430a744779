using Coterie.Simulator.Checkers;
using Coterie.Simulator.Workloads;
using Coterie.Storage.Writer;

namespace Coterie.Simulator.Runs;

/// <summary>The configurations that are promised something, each with the rule that it is held to; see docs/consistency.md.</summary>
public static class RegisterRuns
{
    /// <summary>The usual: QUORUM and QUORUM of three, and client clocks that agree.</summary>
    public static RegisterRun InOrder { get; } = new() { Rule = RegisterRule.Full };

    public static RegisterRun ClocksApart { get; } = new() { Workload = new() { ClientSkew = TimeSpan.FromMilliseconds(500) } };

    public static RegisterRun EqualTimestamps { get; } = new()
    {
        Workload = new() { Keys = 2, TimestampGrain = TimeSpan.FromMilliseconds(200) },
    };

    public static RegisterRun ServerTimestamps { get; } = new()
    {
        Workload = new() { Timestamps = TimestampSource.Server, WriteShare = 0.7 },
        // Steps that are longer than a node is down: else the wall clock alone is ahead again before it stamps anything.
        Faults = new() { ClockStep = 8, KillAll = 2, ClockStepMax = TimeSpan.FromSeconds(30) },
    };

    public static RegisterRun NoRepair { get; } = new() { ReadRepair = "NONE", Rule = RegisterRule.Recency };

    public static RegisterRun RepairBehind { get; } = new() { ReadRepair = "ASYNC", Rule = RegisterRule.Recency };

    public static RegisterRun ReadOneWriteAll { get; } = new()
    {
        Rule = RegisterRule.Recency,
        Workload = new() { ReadConsistency = RegisterWorkloadOptions.One, WriteConsistency = RegisterWorkloadOptions.All },
    };

    public static RegisterRun ReadAllWriteOne { get; } = new()
    {
        Rule = RegisterRule.Full,
        Workload = new() { ReadConsistency = RegisterWorkloadOptions.All, WriteConsistency = RegisterWorkloadOptions.One },
    };

    public static RegisterRun OneAndOne { get; } = new()
    {
        Rule = RegisterRule.Real,
        Workload = new() { ReadConsistency = RegisterWorkloadOptions.One, WriteConsistency = RegisterWorkloadOptions.One },
    };

    public static RegisterRun FiveNodesThreeReplicas { get; } = new() { Cluster = new() { Nodes = 5 }, Rule = RegisterRule.Full };

    public static RegisterRun FiveReplicasReadFour { get; } = Five(read: 4, write: 2, RegisterRule.Full);

    public static RegisterRun FiveReplicasReadTwo { get; } = Five(read: 2, write: 4, RegisterRule.Recency);

    /// <summary>Two data centres of three, each held to the rule for what was acknowledged there; now and then one is cut from the other.</summary>
    public static RegisterRun LocalQuorums { get; } = TwoDatacenters(RegisterWorkloadOptions.LocalQuorum, RegisterRule.Full);

    /// <summary>A majority in each data centre takes every write: a read of a majority in any sees it.</summary>
    public static RegisterRun EachQuorumWrites { get; } = TwoDatacenters(RegisterWorkloadOptions.EachQuorum, RegisterRule.Recency);

    /// <summary>
    /// Nobody waits for a sync, and machines lose their power, but no two of them within the interval of syncs: longer than one takes at worst. A process that
    /// is paused syncs nothing, whatever the interval.
    /// </summary>
    public static RegisterRun Unsynced { get; } = new()
    {
        Rule = RegisterRule.Full,
        Cluster = new()
        {
            Configure = static options => options with
            {
                Writer = options.Writer with { Sync = SyncMode.Periodic },
                Repair = options.Repair with { Interval = TimeSpan.FromSeconds(1) },
            },
        },
        Faults = new() { Vanish = 8, VanishApart = TimeSpan.FromSeconds(2), Pause = 0, FailSync = 0 },
        HealLimit = TimeSpan.FromSeconds(60),
    };

    /// <summary>Now and then one of three loses its store, and has it back from the others while clients go on.</summary>
    public static RegisterRun LostStores { get; } = new()
    {
        Cluster = new() { Configure = Hurried.Repair },
        Rule = RegisterRule.Full,
        Faults = new() { LoseStore = 8, ClockStep = 0, FreezeClock = 0, Repair = 16 },
        Workload = new() { Clients = 4, Keys = 12, ThinkTime = TimeSpan.FromMilliseconds(150) },
        Span = TimeSpan.FromSeconds(90),
        HealLimit = TimeSpan.FromSeconds(60),
    };

    private static RegisterRun TwoDatacenters(ushort writes, RegisterRule rule) => new()
    {
        Cluster = new() { Nodes = 6, Datacenters = 2 },
        Replication = new(3, Datacenters: 2),
        Faults = new() { CutDatacenter = 3, Repair = 16 },
        Rule = rule,
        Workload = new()
        {
            Clients = 6,
            Datacenters = 2,
            WriteConsistency = writes,
            ReadConsistency = RegisterWorkloadOptions.LocalQuorum,
            IsJudgedPerDatacenter = writes == RegisterWorkloadOptions.LocalQuorum,
        },
    };

    private static RegisterRun Five(int read, int write, RegisterRule rule) => new()
    {
        Cluster = new() { Nodes = 5 },
        Replication = new(5),
        Rule = rule,
        Workload = new() { ReadRequired = read, WriteRequired = write },
    };
}
