using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Leaders;

public sealed class LeaderPlacementTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void Leaders_are_spread_over_the_nodes_and_again_after_some_were_away() =>
        SeedRuns.All(nameof(Leaders_are_spread_over_the_nodes_and_again_after_some_were_away), 3, static seed =>
        {
            var cluster = new SimulatedCluster(seed, new SimulatedClusterOptions { Nodes = 5 });
            cluster.Start(Limit);
            var workload = new RegisterWorkload(cluster.Simulation, cluster.CqlAddresses, new RegisterWorkloadOptions { Timestamps = TimestampSource.Leader });
            workload.CreateTable(Replication.Three, "BLOCKING", Limit);
            ExpectSpread(cluster);

            cluster.Nodes[0].Crash(silent: false);
            cluster.Nodes[3].Crash(silent: true);
            cluster.Simulation.RunFor(TimeSpan.FromSeconds(10));
            cluster.Nodes[0].Start();
            cluster.Nodes[3].Start();
            cluster.AwaitServing(Limit);
            ExpectSpread(cluster);
            return cluster.Simulation;
        });

    private static void ExpectSpread(SimulatedCluster cluster)
    {
        // Longer than an attempt to hand over that comes to nothing keeps the next one waiting.
        var isSpread = cluster.Simulation.RunUntil(() => Misplaced(cluster) is null, TimeSpan.FromSeconds(60));
        Assert.True(isSpread, Misplaced(cluster));
        var leaders = Members(cluster).Where(static one => one.Status.Role == RaftRole.Leader).Select(static one => one.Node).Distinct().Count();
        Assert.True(leaders >= 3, $"{leaders} of 5 nodes lead a group");
    }

    /// <summary>A group that is not led by the node that its id names; or null.</summary>
    private static string? Misplaced(SimulatedCluster cluster)
    {
        foreach (var group in Members(cluster).GroupBy(static one => one.Status.Group.Id).OrderBy(static group => group.Key.Value))
        {
            var nodes = group.First().Status.Group.Nodes;
            var named = nodes[(int)(group.Key.Value % (ulong)nodes.Length)];
            if (!group.Any(one => one.Node == named && one.Status.Role == RaftRole.Leader))
            {
                return $"group {group.Key} is not led by {named}";
            }
        }

        return null;
    }

    private static List<(NodeId Node, Replica.Groups.GroupStatus Status)> Members(SimulatedCluster cluster) =>
        [.. cluster.Nodes.Where(static node => node.Node is not null).SelectMany(static node => node.Node!.Groups.Select(status => (node.Node!.Id, status)))];
}
