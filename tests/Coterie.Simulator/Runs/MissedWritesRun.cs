using System.Globalization;
using System.Net;
using Coterie.Simulator.Client;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>One seed: a table is filled, one of three nodes misses some writes, and comes back. Nobody reads.</summary>
public sealed record MissedWritesRun : ClusterRun
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);

    /// <summary>Hints would bring it all back before anti-entropy has looked.</summary>
    public MissedWritesRun() => HasHints = false;

    /// <summary>All rows in one partition, instead of one each.</summary>
    public bool OnePartition { get; init; }

    public int Rows { get; init; } = 1_500;

    /// <summary>Rows that the absent node misses: half of them new, half changed.</summary>
    public int Missed { get; init; } = 10;

    /// <summary>Those that were there lose their power at once after the writes: what they know of them is what is on their disks.</summary>
    public bool LosesPower { get; init; }

    /// <summary>Within which all three are to be equal.</summary>
    public TimeSpan EqualWithin { get; init; } = TimeSpan.FromMinutes(3);

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var client = new SimulatedMachine(cluster.Simulation, "c1", 101, IPAddress.Parse("10.0.1.1"), new SimulatedClock()).Start();
        var absent = cluster.Nodes[(int)(cluster.Simulation.Seed % 3)];
        var present = cluster.Nodes.First(node => node != absent);
        Must(cluster, client, present, "CREATE KEYSPACE s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        Must(cluster, client, present, OnePartition
            ? "CREATE TABLE s.t (p int, k int, v text, PRIMARY KEY (p, k))"
            : "CREATE TABLE s.t (k int PRIMARY KEY, v text)");
        Write(cluster, client, present, Enumerable.Range(0, Rows), "old", RegisterWorkloadOptions.All);
        cluster.Simulation.RunFor(TimeSpan.FromMinutes(2));
        var sentBefore = Sent(cluster);
        if (sentBefore > 0)
        {
            report.Wrong = $"{sentBefore} rows were sent between replicas that were equal";
            return;
        }

        absent.Crash(silent: false);
        Write(cluster, client, present, Enumerable.Range(Rows - (Missed / 2), Missed), "new", RegisterWorkloadOptions.Quorum);
        if (LosesPower)
        {
            LosePower(cluster, absent);
        }

        cluster.Simulation.RunFor(TimeSpan.FromSeconds(30));
        absent.Start();
        cluster.AwaitServing(HealLimit);
        if (!BecomesEqual(cluster))
        {
            report.Wrong = $"not equal within {EqualWithin}: {cluster.Divergence(3)}";
            return;
        }

        report.Succeeded++;
        cluster.Simulation.RunFor(TimeSpan.FromMinutes(2));
        cluster.Probes.Hit("rows sent by anti-entropy", Sent(cluster));
        // Both others may compare with it at the same time, and each send what it misses.
        if (Sent(cluster) < Missed || Sent(cluster) > 2 * Missed)
        {
            report.Wrong = $"{Sent(cluster)} rows were sent where {Missed} were missed";
        }
    }

    private void LosePower(SimulatedCluster cluster, SimulatedNode absent)
    {
        var present = cluster.Nodes.Where(node => node != absent).ToList();
        present.ForEach(static node => node.Crash(silent: true));
        present.ForEach(static node => node.Start());
        if (!cluster.Simulation.RunUntil(() => present.TrueForAll(static node => node.IsServing), HealLimit))
        {
            throw new SimulationViolationException($"not serving within {HealLimit} after power was lost");
        }
    }

    // Looking at all that three replicas hold takes longer than simulating them for a second.
    private bool BecomesEqual(SimulatedCluster cluster)
    {
        var until = cluster.Simulation.Now + EqualWithin;
        while (cluster.Divergence(3) is not null && cluster.Simulation.Now < until)
        {
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(1));
        }

        return cluster.Divergence(3) is null;
    }

    private static long Sent(SimulatedCluster cluster) => cluster.Nodes.Sum(static node => node.Node!.RepairCounters.Total().RowsSent);

    private void Write(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, IEnumerable<int> keys, string value, ushort level)
    {
        foreach (var chunk in keys.Chunk(100))
        {
            var inserts = string.Join("; ", chunk.Select(key => OnePartition
                ? string.Create(CultureInfo.InvariantCulture, $"INSERT INTO s.t (p, k, v) VALUES (1, {key}, '{value}{key}')")
                : string.Create(CultureInfo.InvariantCulture, $"INSERT INTO s.t (k, v) VALUES ({key}, '{value}{key}')")));
            Must(cluster, client, node, $"BEGIN UNLOGGED BATCH {inserts}; APPLY BATCH", level);
        }
    }

    private static void Must(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, string statement, ushort level = RegisterWorkloadOptions.One)
    {
        var answer = cluster.Simulation.Insist(client, [node.Cql], new CqlRequest(statement, level), WriteLimit);
        if (answer.Outcome != CqlOutcome.Ok)
        {
            throw new SimulationViolationException($"{statement} at {node.Machine.Name}: {answer.Text}");
        }
    }
}
