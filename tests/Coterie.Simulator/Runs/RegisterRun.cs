using Coterie.Simulator.Checkers;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: a cluster forms, clients write and read registers while faults are done to it, all is healed, and everything is checked.</summary>
public sealed record RegisterRun : ClusterRun
{
    public RegisterWorkloadOptions Workload { get; init; } = new();

    public RegisterRule Rule { get; init; } = RegisterRule.Begin;

    public Replication Replication { get; init; } = Replication.Three;

    public string ReadRepair { get; init; } = "BLOCKING";

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new RegisterWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateTable(Replication, ReadRepair, TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.ReadBack(RegisterWorkloadOptions.All, HealLimit);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Wrong = workload.Check(Rule);

        // Only a blocking repair has ended when the read that caused it is answered.
        if (report.Wrong is null && ReadRepair == "BLOCKING")
        {
            report.Wrong = cluster.Divergence(Replication.Copies);
        }
    }
}
