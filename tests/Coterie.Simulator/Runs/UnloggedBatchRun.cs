using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: clients write unlogged batches over several partitions while faults are done to the cluster; all is healed, and every batch is looked at.</summary>
public sealed record UnloggedBatchRun : ClusterRun
{
    public UnloggedBatchWorkloadOptions Workload { get; init; } = new();

    public Replication Replication { get; init; } = Replication.Three;

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new UnloggedBatchWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Clients.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.ReadBack(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Clients.Succeeded, workload.Clients.Failed);
        report.Probes.Hit("batch with unknown outcome", workload.Unknown);
        report.Wrong = workload.Check() ?? cluster.Divergence(Replication.Copies);
    }
}
