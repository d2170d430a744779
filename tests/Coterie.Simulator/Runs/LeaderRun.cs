using Coterie.Simulator.Checkers;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed of a leader-based keyspace: registers are written through leaders and read linearizably, and at ONE, while faults are done; Raft's invariants are
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

    public RegisterWorkloadOptions Workload { get; init; } = new() { Timestamps = TimestampSource.Leader, EventualReadShare = 0.3 };

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
            if (cluster.Divergence(Replication.Copies) is null)
            {
                return null;
            }

            cluster.Simulation.RunFor(ComparedEvery);
        }

        return cluster.Divergence(Replication.Copies);
    }
}
