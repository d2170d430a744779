using Coterie.Model.Deletes;
using Coterie.Model.Rows;
using Coterie.Server;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Workloads;
using Coterie.Storage;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed of a leader-based keyspace whose rows come once and go once, with logs so short that members fetch the state, and disks that are lost. Clocks are up to an
/// hour apart: so a node that is ahead sweeps deletions as soon as they are applied, and one that is behind keeps them. In the end every deletion is swept.
/// </summary>
public sealed record LeaderDeleteRun : ClusterRun
{
    private static readonly TimeSpan ComparedEvery = TimeSpan.FromSeconds(1);

    /// <summary>The least grace that there is.</summary>
    private const int GraceSeconds = 60;

    public LeaderDeleteRun()
    {
        var apart = TimeSpan.FromHours(1);
        Cluster = new() { ClockOffsetMax = apart, Configure = Configure };
        Faults = new() { ClockStepMax = apart, LoseStore = 12, Repair = 20 };
        Span = TimeSpan.FromSeconds(60);
    }

    public Replication Replication { get; init; } = Replication.Three;

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var workload = new PassingRowWorkload(cluster.Simulation, cluster.CqlAddresses);
        workload.CreateTable(Replication, GraceSeconds, TimeSpan.FromSeconds(30));
        workload.Start(TimeSpan.FromMilliseconds(50));
        faults.RunFor(Span);
        faults.HealAll();
        workload.Clients.Stop(TimeSpan.FromSeconds(30));
        cluster.AwaitServing(HealLimit);
        workload.InsertAll(HealLimit);
        foreach (var node in cluster.Nodes)
        {
            // All that was deleted is old now, by every clock.
            node.Machine.Clock.Offset = TimeSpan.FromHours(3);
        }

        report.Wrong = AwaitSwept(cluster);
        workload.ReadBack(HealLimit);
        (report.Succeeded, report.Failed) = (workload.Clients.Succeeded, workload.Clients.Failed);
        report.Probes.Hit("deleted rows", workload.Rows.Deletions);
        report.Wrong = workload.Check() ?? report.Wrong;
    }

    private static NodeOptions Configure(NodeOptions options) => options with
    {
        Transport = options.Transport with { ClockSkewMax = null },
        Groups = options.Groups with { LogBytesMax = 4096, SweepInterval = TimeSpan.FromMilliseconds(500) },
    };

    /// <summary>Until nothing is left that could be swept, and replicas are equal.</summary>
    private string? AwaitSwept(SimulatedCluster cluster)
    {
        string? wrong = null;
        for (var waited = TimeSpan.Zero; waited < HealLimit * 2; waited += ComparedEvery)
        {
            wrong = Unequal(cluster);
            if (wrong is null)
            {
                return null;
            }

            cluster.Simulation.RunFor(ComparedEvery);
        }

        return wrong;
    }

    private string? Unequal(SimulatedCluster cluster)
    {
        var holders = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            using var cursor = node.Engine!.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
            while (cursor.MoveNext())
            {
                var row = $"{Convert.ToHexString(cursor.Key)} {Convert.ToHexString(cursor.Value)}";
                if (RowPurge.OldestPurgeable(cursor.Value) != long.MaxValue)
                {
                    return $"{node.Machine.Name} has not swept {row}";
                }

                if (!SaysOfRangesOnly(cursor.Value))
                {
                    holders.TryAdd(row, []);
                    holders[row].Add(node.Machine.Name);
                }
            }
        }

        var odd = holders.FirstOrDefault(one => one.Value.Count != Replication.Copies);
        return odd.Key is null ? null : $"replicas differ at {odd.Key}: it is on {string.Join(", ", odd.Value)}";
    }

    /// <summary>A header that says that there may be range tombstones outlives them where others wrote to the partition while it was swept. It is no data.</summary>
    private static bool SaysOfRangesOnly(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        return reader.HasRanges && reader.RowDeletion.IsNone && !reader.HasMarker && !reader.MoveNext();
    }
}
