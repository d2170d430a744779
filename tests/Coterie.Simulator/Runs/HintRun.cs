using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed: one node goes down and comes back, again and again, while clients write through the others; the others lose their power after all hints are
/// durable; everything is up again; and without a single read the replicas must become equal, byte for byte.
/// </summary>
public sealed record HintRun : ClusterRun
{
    private static readonly TimeSpan HandOffLimit = TimeSpan.FromSeconds(90);

    /// <summary>One replica for each partition, which is often the node that is down: then a hint is all that there is.</summary>
    public static HintRun Any { get; } = new()
    {
        Replication = new(1),
        HoldersFailEarly = true,
        Workload = new() { PartitionsPerBatchMin = 1, PartitionsPerBatchMax = 1, Level = RegisterWorkloadOptions.Any },
    };

    public BatchWorkloadOptions Workload { get; init; } = new()
    {
        PartitionsPerBatchMin = 1, PartitionsPerBatchMax = 1, Level = RegisterWorkloadOptions.One,
    };

    public Replication Replication { get; init; } = Replication.Three;

    /// <summary>Whether the holders lose their power in the middle of the writes, too: then only what was acknowledged must be there.</summary>
    public bool HoldersFailEarly { get; init; }

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var random = cluster.Simulation.RandomStream("hint run");
        var victim = cluster.Nodes[^1];
        var others = cluster.Nodes.Where(node => node != victim).ToList();
        var workload = new BatchWorkload(cluster.Simulation, [.. others.Select(static node => node.Cql)], Workload);
        workload.CreateTable(Replication, TimeSpan.FromSeconds(30));
        if (!cluster.AwaitAgreement(TimeSpan.FromSeconds(30)))
        {
            report.Wrong = $"no agreement on the schema: {cluster.DescribeMetadata()}";
            return;
        }

        workload.Start();
        var end = cluster.Simulation.NowTicks + Span.Ticks;
        while (cluster.Simulation.NowTicks < end)
        {
            Trouble(cluster, random, victim, others);
        }

        if (victim.Machine.Process is not null)
        {
            victim.Crash(silent: true);
        }

        cluster.Simulation.RunFor(TimeSpan.FromSeconds(3));
        workload.Stop(TimeSpan.FromSeconds(30));

        // The last replies time out, and their hints become durable.
        cluster.Simulation.RunFor(TimeSpan.FromSeconds(10));
        others.ForEach(static node => node.Crash(silent: true));
        others.ForEach(static node => node.Start());
        cluster.Simulation.RunFor(TimeSpan.FromSeconds(2));
        victim.Start();
        cluster.AwaitServing(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Succeeded, workload.Failed);
        report.Wrong = !cluster.AwaitHandedOff(HandOffLimit) ? $"hints still wait {HandOffLimit} after everything was healed" : null;
        report.Wrong ??= HoldersFailEarly ? null : cluster.Divergence(Replication.Copies);
        report.Wrong ??= workload.Check(HealLimit);
    }

    /// <summary>The victim goes or comes back; its connections break; with <see cref="HoldersFailEarly"/> a holder loses its power and is started again.</summary>
    private void Trouble(SimulatedCluster cluster, SeededRandom random, SimulatedNode victim, List<SimulatedNode> others)
    {
        var other = others[random.Next(others.Count)];
        if (HoldersFailEarly && random.Chance(0.3))
        {
            other.Crash(silent: true);
            cluster.Simulation.RunFor(random.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2)));
            other.Start();
        }
        else if (victim.Machine.Process is null)
        {
            victim.Start();
        }
        else if (random.Chance(0.4))
        {
            cluster.Simulation.Network.ResetConnections(other.Machine.Address, victim.Machine.Address);
        }
        else
        {
            victim.Crash(silent: random.Chance(0.5));
        }

        cluster.Simulation.RunFor(random.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(4)));
    }
}
