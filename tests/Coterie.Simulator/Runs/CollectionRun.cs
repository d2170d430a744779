using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: clients change and read collections while faults are done to the cluster; all is healed, read at ALL, and read once more.</summary>
public sealed record CollectionRun : ClusterRun
{
    public CollectionWorkloadOptions Workload { get; init; } = new();

    public Replication Replication { get; init; } = Replication.Three;

    /// <summary>How long nothing is done between the last reads.</summary>
    public TimeSpan Settling { get; init; }

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new CollectionWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Clients.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.ReadBack(HealLimit);
        cluster.Simulation.RunFor(Settling);
        (report.Succeeded, report.Failed) = (workload.Clients.Succeeded, workload.Clients.Failed);
        report.Wrong = workload.Check();
        if (report.Wrong is null)
        {
            // What is shadowed by a later deletion may differ for ever, and nobody sees it: so it is what replicas answer that must be alike.
            var before = cluster.DigestMismatches;
            workload.ReadBack(HealLimit);
            report.Wrong = workload.Check()
                ?? (cluster.DigestMismatches > before ? $"replicas differ after a read at ALL: {cluster.DigestMismatches - before} reads met a difference" : null);
        }
    }
}
