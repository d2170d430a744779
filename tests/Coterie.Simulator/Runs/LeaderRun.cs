using Coterie.Simulator.Checkers;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed of a leader-based keyspace: registers are written through leaders, some only if they are what was seen last, and read linearizably, and at ONE, while faults are done; Raft's invariants are
/// looked at all the while. Once all is healed, writes succeed soon, nothing acknowledged is gone, and the replicas become equal byte by byte.
/// </summary>
public sealed record LeaderRun : ClusterRun
{
    private static readonly TimeSpan ComparedEvery = TimeSpan.FromMilliseconds(500);

    public LeaderRun()
    {
        var apart = TimeSpan.FromHours(1);
        Cluster = new() { ClockOffsetMax = apart, Configure = static options => options with { Transport = options.Transport with { ClockSkewMax = null } } };
        Faults = new() { ClockStepMax = apart };
    }

    /// <summary>Up to ten groups, three of five nodes each.</summary>
    public static LeaderRun FiveNodes { get; } = Of(nodes: 5);

    /// <summary>Logs are so short that whoever was away for a moment finds nothing in them: it fetches the state.</summary>
    public static LeaderRun ShortLogs { get; } = new LeaderRun().WithLogs(4096);

    /// <summary>Now and then a node comes back with an empty disk, and logs that are short or that have everything.</summary>
    public static LeaderRun LostDisks { get; } = new LeaderRun().WithLostDisks();

    public static LeaderRun LostDisksShortLogs { get; } = new LeaderRun().WithLogs(4096).WithLostDisks();

    public RegisterWorkloadOptions Workload { get; init; } = new() { Timestamps = TimestampSource.Leader, EventualReadShare = 0.3, ConditionalShare = 0.4 };

    public Replication Replication { get; init; } = Replication.Three;

    /// <summary>How long a healed cluster may take until a write succeeds.</summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(10);

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new RegisterWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, "BLOCKING", TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.WriteAll(WriteLimit);
        workload.ReadBack(RegisterWorkloadOptions.Quorum, HealLimit);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Wrong = cluster.BrokenGroup ?? workload.Check(RegisterRule.Full) ?? AwaitEqual(cluster);
    }

    private LeaderRun WithLogs(long bytes)
    {
        var configure = Cluster.Configure;
        return this with { Cluster = Cluster with { Configure = options => configure(options) with { Groups = new() { LogBytesMax = bytes } } } };
    }

    private LeaderRun WithLostDisks() => this with { Span = TimeSpan.FromSeconds(60), Faults = Faults with { LoseStore = 20, Repair = 24 } };

    private static LeaderRun Of(int nodes)
    {
        var run = new LeaderRun();
        return run with { Cluster = run.Cluster with { Nodes = nodes }, Workload = run.Workload with { Keys = 8, Clients = 8 } };
    }

    /// <summary>Followers learn with the next heartbeats what is committed.</summary>
    private string? AwaitEqual(SimulatedCluster cluster)
    {
        for (var waited = TimeSpan.Zero; waited < HealLimit; waited += ComparedEvery)
        {
            if (cluster.Divergence(Replication.Copies) is null && Incomplete(cluster) is null)
            {
                return null;
            }

            cluster.Simulation.RunFor(ComparedEvery);
        }

        return cluster.Divergence(Replication.Copies) ?? Incomplete(cluster);
    }

    private static string? Incomplete(SimulatedCluster cluster) => (
        from node in cluster.Nodes
        from member in node.Node?.Groups ?? []
        where member.IsPassive || member.IsClosed
        select $"{node.Machine.Name} has not everything of group {member.Group.Id}: {member}").FirstOrDefault();
}
