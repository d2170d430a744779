using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: clients write, delete and scan rows while faults are done to the cluster; all is healed, read at ALL, and read once more.</summary>
public sealed record RowRun : ClusterRun
{
    public RowWorkloadOptions Workload { get; init; } = new();

    public Replication Replication { get; init; } = Replication.Three;

    /// <summary>How long nothing is done between the last reads: long enough to sweep tombstones, and for what they shadowed to come back.</summary>
    public TimeSpan Settling { get; init; }

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new RowWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Stop(TimeSpan.FromMinutes(2));
        cluster.AwaitServing(HealLimit);
        workload.ReadBack(HealLimit);
        cluster.Simulation.RunFor(Settling);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Probes.Hit("scan of several pages", workload.PagedScans);
        report.Wrong = workload.Check();
        if (report.Wrong is null && Workload.ReadRepair == "BLOCKING")
        {
            // What is shadowed by a later deletion may differ for ever, and nobody sees it: so it is what replicas answer that must be alike.
            var before = cluster.DigestMismatches;
            workload.ReadBack(HealLimit);
            report.Wrong = workload.Check()
                ?? (cluster.DigestMismatches > before ? $"replicas differ after a read at ALL: {cluster.DigestMismatches - before} reads met a difference" : null);
        }
    }
}
