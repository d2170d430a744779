using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: clients write logged batches while faults are done; all is healed; and every batch is there whole or not at all.</summary>
public sealed record BatchRun : ClusterRun
{
    private static readonly TimeSpan HandOffLimit = TimeSpan.FromSeconds(90);

    public BatchWorkloadOptions Workload { get; init; } = new();

    public Replication Replication { get; init; } = Replication.Three;

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new BatchWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Wrong = cluster.AwaitHandedOff(HandOffLimit)
            ? workload.Check(HealLimit)
            : $"batches or hints are still kept {HandOffLimit} after everything was healed";
        report.Probes.Hit("batch of unknown end is there whole", workload.UnknownButWhole);
    }
}
