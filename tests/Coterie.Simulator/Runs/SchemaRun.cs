using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: clients change the schema through all nodes while faults are done to them; in the end all nodes agree, and nothing acknowledged is lost.</summary>
public sealed record SchemaRun : ClusterRun
{
    /// <summary>Voters lose their stores now and then, one after another.</summary>
    public static SchemaRun LostStores { get; } = new()
    {
        Cluster = new() { Configure = Hurried.Repair },
        Faults = new() { LoseStore = 8, ClockStep = 0, FreezeClock = 0, Repair = 16 },
        Span = TimeSpan.FromSeconds(60),
        HealLimit = TimeSpan.FromSeconds(60),
    };

    public SchemaWorkloadOptions Workload { get; init; } = new();

    /// <summary>Whether a write through another node must work at once after CREATE TABLE: while nothing is wrong, always.</summary>
    public bool WritesAtOnce { get; init; }

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new SchemaWorkload(cluster.Simulation, cluster.CqlAddresses, Workload);
        workload.CreateKeyspace(TimeSpan.FromSeconds(30));
        workload.Start();
        faults.RunFor(Span);
        faults.HealAll();
        workload.Stop(TimeSpan.FromSeconds(40));
        cluster.AwaitServing(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Probes.Hit("name fought for and lost", workload.RacesLost);
        report.Probes.Hit("table not known yet elsewhere", workload.WritesTooEarly);
        report.Wrong = Check(cluster, workload);
    }

    private string? Check(SimulatedCluster cluster, SchemaWorkload workload)
    {
        if (!cluster.AwaitAgreement(HealLimit))
        {
            return $"the nodes' metadata differ {HealLimit} after everything was healed: {cluster.DescribeMetadata()}";
        }

        var agreed = cluster.Nodes[0].Node!.Metadata;
        return workload.Check(agreed)
            ?? workload.WriteToAll(agreed, HealLimit)
            ?? (WritesAtOnce && workload.WritesTooEarly > 0 ? $"{workload.WritesTooEarly} writes came too early for a table just created" : null);
    }
}
