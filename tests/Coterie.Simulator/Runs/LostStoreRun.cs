using System.Globalization;
using System.Net;
using System.Text;
using Coterie.Simulator.Client;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Faults;
using Coterie.Simulator.Kernel;
using Coterie.Simulator.Workloads;

namespace Coterie.Simulator.Runs;

/// <summary>
/// One seed: writes and a change of the schema are decided by two of three, and then one of the two loses its store while the other is away: it and the one
/// that was never told are a majority by number, and must not speak as one, neither for the rows nor for the schema. Then the witness comes back.
/// </summary>
public sealed record LostStoreRun : ClusterRun
{
    private const int Rows = 20;
    private const int Changed = 6;
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(12);

    /// <summary>Hints would bring what it missed to the node that was absent, and nothing would depend on the witness.</summary>
    public LostStoreRun()
    {
        HasHints = false;
        Cluster = new() { Configure = Hurried.Repair };
        HealLimit = TimeSpan.FromSeconds(60);
    }

    protected override void Run(SimulatedCluster cluster, FaultPlan faults, RunReport report)
    {
        var random = cluster.Simulation.RandomStream("lost store");
        var client = new SimulatedMachine(cluster.Simulation, "c1", 101, IPAddress.Parse("10.0.1.1"), new SimulatedClock()).Start();
        var nodes = cluster.Nodes.ToArray();
        random.Shuffle(nodes);
        var (lost, witness, absent) = (nodes[0], nodes[1], nodes[2]);
        Must(cluster, client, witness, "CREATE KEYSPACE s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        Must(cluster, client, witness, "CREATE TABLE s.t (k int PRIMARY KEY, v text)");
        Write(cluster, client, witness, Rows, "old", RegisterWorkloadOptions.All);
        absent.Crash(silent: random.Chance(0.5));
        cluster.Simulation.RunFor(TimeSpan.FromSeconds(5));
        var writer = random.Chance(0.5) ? witness : lost;
        Write(cluster, client, writer, Changed, "new", RegisterWorkloadOptions.Quorum);
        Must(cluster, client, writer, "CREATE TABLE s.decided (k int PRIMARY KEY, v text)");

        lost.LoseStore();
        witness.Crash(silent: random.Chance(0.5));
        absent.Start();
        lost.Start();
        if (!cluster.Simulation.RunUntil(() => lost.IsServing && absent.IsServing, HealLimit))
        {
            report.Wrong = $"the two do not serve within {HealLimit}";
            return;
        }

        report.Wrong = WithoutTheWitness(cluster, client, random, lost, absent);
        if (report.Wrong is null)
        {
            witness.Start();
            report.Wrong = WithTheWitness(cluster, client);
        }

        report.Succeeded++;
    }

    private string? WithoutTheWitness(SimulatedCluster cluster, SimulatedProcess client, SeededRandom random, SimulatedNode lost, SimulatedNode absent)
    {
        for (var round = 0; round < 2; round++)
        {
            // Long enough for the two to exchange, again and again.
            cluster.Simulation.RunFor(random.Between(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25)));
            Ask(cluster, client, random.Chance(0.5) ? lost : absent, new CqlRequest($"CREATE TABLE s.undecided{round} (k int PRIMARY KEY)", RegisterWorkloadOptions.One));
            if (FirstOld(cluster, client, random.Chance(0.5) ? lost : absent, mustAnswer: false) is { } wrong)
            {
                return wrong;
            }

            // It knows what it has lost from its disk alone now.
            lost.Crash(silent: random.Chance(0.5));
            lost.Start();
            if (!cluster.Simulation.RunUntil(() => lost.IsServing, HealLimit))
            {
                return $"{lost.Machine.Name} does not serve again within {HealLimit}";
            }
        }

        return FirstOld(cluster, client, lost, mustAnswer: false);
    }

    private string? WithTheWitness(SimulatedCluster cluster, SimulatedProcess client)
    {
        cluster.AwaitServing(HealLimit);
        if (!cluster.AwaitAgreement(HealLimit))
        {
            return $"the nodes' metadata differ {HealLimit} after everything was healed: {cluster.DescribeMetadata()}";
        }

        if (!cluster.Nodes[0].Node!.Metadata.Keyspaces["s"].Tables.ContainsKey("decided"))
        {
            return "the table s.decided is lost, though it was acknowledged";
        }

        if (!cluster.Simulation.RunUntil(() => cluster.Nodes.All(static node => node.IsWhole), HealLimit))
        {
            return $"a node is still incomplete {HealLimit} after everything was healed";
        }

        foreach (var node in cluster.Nodes)
        {
            if (FirstOld(cluster, client, node, mustAnswer: true) is { } wrong)
            {
                return wrong;
            }
        }

        return cluster.Simulation.RunUntil(() => cluster.Divergence(3) is null, TimeSpan.FromMinutes(1)) ? null : cluster.Divergence(3);
    }

    /// <summary>A changed row that a quorum gives as it was before, or null. Whoever cannot answer may say so, unless all are there.</summary>
    private static string? FirstOld(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, bool mustAnswer)
    {
        for (var key = 0; key < Changed; key++)
        {
            var select = new CqlRequest($"SELECT v FROM s.t WHERE k = {key}", RegisterWorkloadOptions.Quorum);
            var answer = mustAnswer ? cluster.Simulation.Insist(client, [node.Cql], select, ReadLimit) : Ask(cluster, client, node, select);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                if (mustAnswer)
                {
                    return $"row {key} is not answered by {node.Machine.Name}: {answer.Text}";
                }

                cluster.Probes.Hit("quorum without the witness refused");
                continue;
            }

            var value = answer.Rows is [[{ } bytes]] ? Encoding.UTF8.GetString(bytes) : "nothing";
            if (value != $"new{key}")
            {
                return $"a quorum gives {value} for row {key} by {node.Machine.Name}, and new{key} was acknowledged by one";
            }
        }

        return null;
    }

    private static CqlAnswer Ask(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, CqlRequest request)
    {
        var connection = new CqlClient(client, node.Cql);
        var answer = cluster.Simulation.Run(client, () => connection.QueryAsync(request, ReadLimit), ReadLimit * 2);
        connection.Close();
        return answer;
    }

    private static void Write(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, int rows, string value, ushort level)
    {
        for (var key = 0; key < rows; key++)
        {
            Must(cluster, client, node, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO s.t (k, v) VALUES ({key}, '{value}{key}')"), level);
        }
    }

    private static void Must(SimulatedCluster cluster, SimulatedProcess client, SimulatedNode node, string statement, ushort level = RegisterWorkloadOptions.One)
    {
        var answer = cluster.Simulation.Insist(client, [node.Cql], new CqlRequest(statement, level), ReadLimit);

        // A change of the schema that was not answered the first time, and is there the second.
        if (answer.Outcome != CqlOutcome.Ok && !answer.Text.StartsWith("2400", StringComparison.Ordinal))
        {
            throw new SimulationViolationException($"{statement} at {node.Machine.Name}: {answer.Text}");
        }
    }
}
