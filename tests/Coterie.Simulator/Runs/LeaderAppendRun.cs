using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed of lists in a leader-based keyspace, with clocks up to an hour apart: they are appended to through whichever node, under faults. What was acknowledged is there once,
/// in one order that every read has seen a part of from its beginning on, and that agrees with real time.
/// </summary>
public sealed record LeaderAppendRun : ClusterRun
{
    public LeaderAppendRun()
    {
        var apart = TimeSpan.FromHours(1);
        Cluster = new() { ClockOffsetMax = apart, Configure = static options => options with { Transport = options.Transport with { ClockSkewMax = null } } };
        Faults = new() { ClockStepMax = apart };
    }

    public Replication Replication { get; init; } = Replication.Three;

    public ushort ReadConsistency { get; init; } = RegisterWorkloadOptions.Quorum;

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new AppendWorkload(cluster.Simulation, cluster.CqlAddresses, ReadConsistency);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Pool.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.ReadBack(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Pool.Succeeded, workload.Pool.Failed);
        report.Wrong = cluster.BrokenGroup ?? workload.Check();
    }
}
