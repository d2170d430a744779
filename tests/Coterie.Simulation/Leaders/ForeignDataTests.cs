using Coterie.Simulator.Checkers;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Workloads;
using Coterie.Storage.Memory;

namespace Coterie.Simulation.Leaders;

/// <summary>
/// What an operator may mix up under a running leader-based keyspace: whose data a node is started with, and its clock. Whoever is wrong is refused, and the others
/// go on without a write lost; there are never two that both acknowledge.
/// </summary>
public sealed class ForeignDataTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Two claim one identity: the node whose data was copied runs on.</summary>
    [Fact]
    public void A_node_with_a_copy_of_another_nodes_data_is_refused_and_harms_nobody() =>
        SeedRuns.All(nameof(A_node_with_a_copy_of_another_nodes_data_is_refused_and_harms_nobody), 6, static seed => Run(seed, run =>
        {
            var own = run.First.ChangeDisk(run.Cluster.Nodes[1].Disk.Copy());
            run.First.Start();
            run.GoOn();
            Assert.Contains("The peer address was 10.0.0.2:7000 when the cluster was formed and is 10.0.0.1:7000 now", run.First.Refused, StringComparison.Ordinal);
            run.First.ChangeDisk(own);
            run.First.Start();
        }));

    [Fact]
    public void A_node_with_the_data_of_a_cluster_of_the_same_name_acknowledges_nothing() =>
        SeedRuns.All(nameof(A_node_with_the_data_of_a_cluster_of_the_same_name_acknowledges_nothing), 6, static seed => Run(seed, run =>
        {
            var own = run.First.ChangeDisk(DiskOfAnotherCluster(run.Cluster.Simulation.Seed + 1_000));
            run.First.Start();
            run.GoOn();
            Assert.Contains(nameof(Coterie.Cluster.Transport.HandshakeRefusal.WrongCluster), run.Cluster.Log.Tail(100_000), StringComparison.Ordinal);
            run.First.ChangeDisk(own);
            run.First.Start();
        }));

    /// <summary>As nodes are configured by default. Without the bound they go on together: see <see cref="LeaderTests"/>.</summary>
    [Fact]
    public void A_node_whose_clock_is_an_hour_off_is_kept_out_until_it_is_set() =>
        SeedRuns.All(nameof(A_node_whose_clock_is_an_hour_off_is_kept_out_until_it_is_set), 6, static seed => Run(seed, run =>
        {
            var off = seed % 2 == 0 ? TimeSpan.FromHours(1) : TimeSpan.FromHours(-1);
            run.First.Crash(silent: true);
            run.First.Machine.Clock.Offset += off;
            run.First.Start();
            run.GoOn();
            Assert.Contains(nameof(Coterie.Cluster.Transport.HandshakeRefusal.ClockSkew), run.Cluster.Log.Tail(100_000), StringComparison.Ordinal);
            Assert.DoesNotContain(run.First.Node?.Groups ?? [], static member => member.Role == Raft.RaftRole.Leader);
            run.First.Crash(silent: false);
            run.First.Machine.Clock.Offset -= off;
            run.First.Start();
        }));

    private static Simulator.Kernel.Simulation Run(ulong seed, Action<Running> mixUp)
    {
        var run = new Running(seed);
        mixUp(run);
        run.End();
        return run.Cluster.Simulation;
    }

    /// <summary>The first node's, of a cluster that was formed with the same name and addresses, and has a keyspace and a table of the same name.</summary>
    private static MemoryDisk DiskOfAnotherCluster(ulong seed)
    {
        var other = new Running(seed);
        other.GoOn();
        other.Cluster.Nodes[0].Crash(silent: true);
        return other.Cluster.Nodes[0].Disk.Copy();
    }

    /// <summary>A cluster whose clients write and read all the while.</summary>
    private sealed class Running
    {
        private readonly RegisterWorkload _workload;

        public Running(ulong seed)
        {
            Cluster = new SimulatedCluster(seed, new SimulatedClusterOptions());
            Cluster.Start(Limit);
            _workload = new RegisterWorkload(Cluster.Simulation, Cluster.CqlAddresses, new RegisterWorkloadOptions { Timestamps = TimestampSource.Leader });
            _workload.CreateTable(Replication.Three, "BLOCKING", Limit);
            _workload.Start();
            Cluster.Simulation.RunFor(TimeSpan.FromSeconds(3));
        }

        public SimulatedCluster Cluster { get; }

        public SimulatedNode First => Cluster.Nodes[0];

        /// <summary>Long enough for whoever can to connect, to be elected and to be noticed.</summary>
        public void GoOn()
        {
            var before = _workload.Succeeded;
            Cluster.Simulation.RunFor(TimeSpan.FromSeconds(15));
            Assert.True(_workload.Succeeded > before + 100, $"{_workload.Succeeded - before} requests in 15 s");
        }

        public void End()
        {
            Cluster.AwaitServing(Limit);
            _workload.Stop(Limit);
            _workload.WriteAll(Limit);
            _workload.ReadBack(RegisterWorkloadOptions.Quorum, Limit);
            Assert.Null(_workload.Check(RegisterRule.Full));
            Assert.Null(Cluster.BrokenGroup);
            Assert.True(Cluster.Simulation.RunUntil(() => Cluster.Divergence(3) is null, Limit), Cluster.Divergence(3));
        }
    }
}
