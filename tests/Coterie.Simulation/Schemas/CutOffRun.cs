using System.Net;
using Coterie.Simulator.Runs;
using Coterie.Simulator.Client;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulation.Schemas;

/// <summary>One seed: one of three nodes is kept from the others, by a cut or by being down, while the schema changes; then it comes back.</summary>
/// <param name="IsDown">Down, instead of cut off but running.</param>
internal sealed record CutOffRun(bool IsDown) : ClusterRun
{
    // Decided within ten seconds or not at all.
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var client = new SimulatedMachine(cluster.Simulation, "c1", 101, IPAddress.Parse("10.0.1.1"), new SimulatedClock()).Start();
        var (apart, others) = (cluster.Nodes[2], cluster.Nodes.Take(2).ToList());
        Must(cluster, client, others[0], "CREATE KEYSPACE s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        Must(cluster, client, others[0], "CREATE TABLE s.before (k int PRIMARY KEY, v text)");
        Separate(cluster, apart, others);
        Must(cluster, client, others[0], "CREATE TABLE s.meanwhile (k int PRIMARY KEY, v text)");
        Must(cluster, client, others[1], "INSERT INTO s.meanwhile (k, v) VALUES (1, 'x')", RegisterWorkloadOptions.Quorum);
        if (!IsDown && WrongWhileCutOff(cluster, client, apart) is { } wrong)
        {
            report.Wrong = wrong;
            return;
        }

        cluster.Simulation.Network.HealAll();
        if (IsDown)
        {
            apart.Start();
        }

        cluster.AwaitServing(HealLimit);
        if (!cluster.AwaitAgreement(HealLimit))
        {
            report.Wrong = $"it does not catch up: {cluster.DescribeMetadata()}";
            return;
        }

        Must(cluster, client, apart, "INSERT INTO s.meanwhile (k, v) VALUES (2, 'y')", RegisterWorkloadOptions.All);
        report.Succeeded++;
    }

    private void Separate(SimulatedCluster cluster, SimulatedNode apart, List<SimulatedNode> others)
    {
        if (IsDown)
        {
            apart.Crash(silent: cluster.Simulation.Seed % 2 == 0);
        }
        else
        {
            others.ForEach(other => cluster.Simulation.Network.CutBothWays(apart.Machine.Address, other.Machine.Address));
        }

        cluster.Simulation.RunFor(TimeSpan.FromSeconds(10));
    }

    private static string? WrongWhileCutOff(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode apart)
    {
        var before = cluster.Simulation.Now;
        var ddl = Ask(cluster, client, apart, "CREATE TABLE s.refused (k int PRIMARY KEY)", RegisterWorkloadOptions.One, RefusalLimit);
        if (ddl.Outcome != CqlOutcome.Unknown || !ddl.Text.Contains("a majority of its voters", StringComparison.Ordinal))
        {
            return $"CREATE TABLE through a node without a majority, after {cluster.Simulation.Now - before}: {ddl.Outcome} {ddl.Text}";
        }

        var write = Ask(cluster, client, apart, "INSERT INTO s.before (k, v) VALUES (1, 'x')", RegisterWorkloadOptions.One, WriteLimit);
        var read = Ask(cluster, client, apart, "SELECT v FROM s.before WHERE k = 1", RegisterWorkloadOptions.One, WriteLimit);
        var quorum = Ask(cluster, client, apart, "INSERT INTO s.before (k, v) VALUES (1, 'y')", RegisterWorkloadOptions.Quorum, WriteLimit);
        return write.Outcome != CqlOutcome.Ok ? $"a write at ONE: {write.Text}"
            : read.Outcome != CqlOutcome.Ok || read.Rows.Count != 1 ? $"a read at ONE: {read.Text}, {read.Rows.Count} rows"
            : quorum.Outcome != CqlOutcome.Unavailable ? $"a write at QUORUM: {quorum.Outcome} {quorum.Text}"
            : null;
    }

    private static CqlAnswer Ask(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, string statement, ushort level, TimeSpan limit)
    {
        var connection = new CqlClient(client, node.Cql);
        var answer = cluster.Simulation.Run(client, () => connection.QueryAsync(new CqlRequest(statement, level), limit), limit * 2);
        connection.Close();
        return answer;
    }

    private void Must(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, string statement, ushort level = RegisterWorkloadOptions.One)
    {
        var answer = cluster.Simulation.Insist(client, [node.Cql], new CqlRequest(statement, level), HealLimit);
        if (answer.Outcome != CqlOutcome.Ok && !answer.Text.StartsWith("2400", StringComparison.Ordinal))
        {
            throw new SimulationViolationException($"{statement} at {node.Machine.Name}: {answer.Text}");
        }
    }
}
