using System.Globalization;
using System.Net;
using System.Text;
using Coterie.Simulator.Client;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Scenarios;

/// <summary>The commands of <see cref="Scenario"/>, one at a time, over one cluster.</summary>
/// <remarks>To add a command, add a case to <see cref="Run"/>; to add something that can be shown and expected of a node, see <see cref="ScenarioViews"/>.</remarks>
internal sealed class ScenarioRunner(ulong seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan SlowLinkMax = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SlowSyncMax = TimeSpan.FromMilliseconds(300);

    private SimulatedCluster? _cluster;
    private SimulatedProcess? _client;

    private SimulatedCluster Cluster => _cluster ?? throw new ScenarioException("the first command must be 'nodes N'");

    private SimulatedNetwork Network => Cluster.Simulation.Network;

    public IReadOnlyList<string> Run(string[] words) => words switch
    {
        ["nodes", var nodes] => Start(Number(nodes), 1, hasHints: true),
        ["nodes", var nodes, "without", "hints"] => Start(Number(nodes), 1, hasHints: false),
        ["nodes", var nodes, "datacenters", var datacenters] => Start(Number(nodes), Number(datacenters), hasHints: true),
        ["table", var replication, .. var options] => CreateTable(Number(replication), options),
        ["write", var key, var value, var level, "via", var node, .. var stamp] =>
            Ask(node, level, $"UPDATE s.kv{Timestamp(stamp)} SET v = '{Pair("v", value)}' WHERE k = {Pair("k", key)}"),
        ["batch", var one, var other, var level, "via", var node] => Ask(
            node, level, $"BEGIN BATCH UPDATE s.kv SET v = 'batch' WHERE k = {Pair("k", one)}; UPDATE s.kv SET v = 'batch' WHERE k = {Pair("k", other)}; APPLY BATCH"),
        ["delete", var key, var level, "via", var node, .. var stamp] => Ask(node, level, $"DELETE FROM s.kv{Timestamp(stamp)} WHERE k = {Pair("k", key)}"),
        ["read", var key, var level, "via", var node] => Ask(node, level, $"SELECT v FROM s.kv WHERE k = {Pair("k", key)}"),
        ["kill", var node] => Do(() => Node(node).Crash(silent: false)),
        ["vanish", var node] => Do(() => Node(node).Crash(silent: true)),
        ["restart", .. var nodes] => Restart([.. nodes.Select(Node)]),
        ["pause", var node] => Do(() => ProcessOf(node).Pause()),
        ["resume", var node] => Do(() => ProcessOf(node).Resume()),
        ["cut", var one, "->", var other] => Do(() => Network.Cut(Address(one), Address(other))),
        ["cut", var one, var other] => Do(() => Network.CutBothWays(Address(one), Address(other))),
        ["half-open", var one, var other] => Do(() => Network.HalfOpen(Address(one), Address(other))),
        ["slow", var one, "->", var other] => Do(() => Network.Slow(Address(one), Address(other), SlowLinkMax)),
        ["heal"] => Do(Network.HealAll),
        ["disk", var node, var state] => Do(() => SetDisk(Node(node), state)),
        ["clock", var node, var step] => Do(() => Node(node).Machine.Clock.Offset += Span(step)),
        ["advance", var span] => Do(() => Cluster.Simulation.RunFor(Span(span))),
        ["show", var view, var node] => [ScenarioViews.Show(Cluster, view, Node(node))],
        ["expect", var view, var node, .. var expected] => Expect(view, node, expected, TimeSpan.Zero),
        ["within", var limit, "expect", var view, var node, .. var expected] => Expect(view, node, expected, Span(limit)),
        _ => throw new ScenarioException("no such command"),
    };

    private List<string> Start(int nodes, int datacenters, bool hasHints)
    {
        if (_cluster is not null)
        {
            throw new ScenarioException("the cluster is there already");
        }

        _cluster = new SimulatedCluster(seed, new SimulatedClusterOptions
        {
            Nodes = nodes,
            Datacenters = datacenters,
            Configure = options => hasHints ? options : options with { Hints = options.Hints with { Window = TimeSpan.Zero } },
        });
        _client = new SimulatedMachine(_cluster.Simulation, "client", 100, new IPAddress([10, 0, 1, 1]), new SimulatedClock()).Start();
        _cluster.Start(Patience);
        return [];
    }

    /// <param name="replication">How many replicas in each data centre.</param>
    /// <param name="options">As in WITH: <c>read_repair='NONE'</c>.</param>
    private List<string> CreateTable(int replication, string[] options)
    {
        var copies = new Workloads.Replication(replication, Cluster.Nodes.Select(static node => node.Datacenter).Distinct().Count());
        string[] statements =
        [
            $"CREATE KEYSPACE s WITH replication = {copies}",
            $"CREATE TABLE s.kv (k int PRIMARY KEY, v text){(options.Length == 0 ? "" : $" WITH {string.Join(" AND ", options)}")}",
        ];
        foreach (var statement in statements)
        {
            var answer = Cluster.Simulation.Insist(_client!, Cluster.CqlAddresses, new CqlRequest(statement, Level("ONE")), Patience);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new ScenarioException($"{statement}: {answer.Text}");
            }
        }

        return Cluster.AwaitAgreement(Patience) ? [] : throw new ScenarioException($"the nodes do not agree: {Cluster.DescribeMetadata()}");
    }

    private List<string> Ask(string node, string level, string statement)
    {
        var connection = new CqlClient(_client!, Node(node).Cql);
        var answer = Cluster.Simulation.Run(_client!, () => connection.QueryAsync(new CqlRequest(statement, Level(level)), RequestTimeout), RequestTimeout * 2);
        connection.Close();
        return
        [
            answer.Outcome != CqlOutcome.Ok ? $"{answer.Outcome}: {answer.Text}"
                : answer.Text != "rows" ? "ok"
                : answer.Rows is [[{ } value]] ? Encoding.UTF8.GetString(value)
                : "absent",
        ];
    }

    private List<string> Restart(List<SimulatedNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.HasStopped && node.Machine.Process is not null)
            {
                // It stopped itself: whoever runs it starts it again.
                node.Crash(silent: false);
            }

            node.Start();
        }

        return Cluster.Simulation.RunUntil(() => nodes.TrueForAll(static node => node.IsServing), Patience)
            ? []
            : throw new ScenarioException($"not serving after {Patience}\n{Cluster.Log.Tail(20)}");
    }

    private static void SetDisk(SimulatedNode node, string state)
    {
        node.Disk.NoSpace = state == "full";
        node.Disk.FailNextSync = state == "fails";
        node.Disk.IsDamaged = state == "damaged" ? static (area, _) => area == Storage.StorageArea.Data : null;
        node.SyncLatencyMax = state == "slow" ? SlowSyncMax : null;
        if (state is not ("full" or "fails" or "damaged" or "slow" or "ok"))
        {
            throw new ScenarioException("a disk is full, fails, damaged, slow or ok");
        }
    }

    private List<string> Expect(string view, string node, string[] expected, TimeSpan limit)
    {
        var wanted = string.Join(' ', expected);
        if (!Cluster.Simulation.RunUntil(() => ScenarioViews.Show(Cluster, view, Node(node)) == wanted, limit))
        {
            throw new ScenarioException($"{view} of {node}: {ScenarioViews.Show(Cluster, view, Node(node))}");
        }

        return [];
    }

    private static List<string> Do(Action action)
    {
        action();
        return [];
    }

    private SimulatedNode Node(string name) => Cluster.Nodes.FirstOrDefault(node => node.Machine.Name == name) ?? throw new ScenarioException($"there is no node {name}");

    private IPAddress Address(string name) => Node(name).Machine.Address;

    private SimulatedProcess ProcessOf(string name) => Node(name).Machine.Process ?? throw new ScenarioException($"{name} is down");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ScenarioException($"{text} is not a number");

    /// <summary>The value of <c>name=value</c>.</summary>
    private static string Pair(string name, string text) =>
        text.StartsWith($"{name}=", StringComparison.Ordinal) ? text[(name.Length + 1)..] : throw new ScenarioException($"'{name}=…' is wanted instead of {text}");

    private static string Timestamp(string[] words) => words switch
    {
        [] => "",
        ["at", var stamp] => $" USING TIMESTAMP {Number(stamp)}",
        _ => throw new ScenarioException("only 'at TIMESTAMP' may follow"),
    };

    /// <summary>Seconds, minutes or milliseconds: <c>10s</c>, <c>-2m</c>, <c>500ms</c>.</summary>
    private static TimeSpan Span(string text)
    {
        var digits = text.TrimEnd('m', 's');
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? text[digits.Length..] switch
            {
                "ms" => TimeSpan.FromMilliseconds(number),
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                _ => throw new ScenarioException($"{text} is not a span: 10s, 2m, 500ms"),
            }
            : throw new ScenarioException($"{text} is not a span: 10s, 2m, 500ms");
    }

    private static ushort Level(string name) => name switch
    {
        "ANY" => 0,
        "ONE" => 1,
        "TWO" => 2,
        "THREE" => 3,
        "QUORUM" => 4,
        "ALL" => 5,
        "LOCAL_QUORUM" => 6,
        "EACH_QUORUM" => 7,
        "LOCAL_ONE" => 10,
        _ => throw new ScenarioException($"there is no level {name}"),
    };
}
