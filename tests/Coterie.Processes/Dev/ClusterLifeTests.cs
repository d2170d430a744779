using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>What <c>coterie dev</c> says and does from its start to its stop.</summary>
public sealed class ClusterLifeTests
{
    /// <summary>Five on a machine of two cores that does nothing else, from an optimized build; tests run beside others, from an unoptimized one.</summary>
    private const double ReadySecondsMax = 30;

    [Fact]
    public async Task Progress_comes_before_the_line_that_says_ready_and_a_stop_by_ctrl_C_ends_all_with_success()
    {
        await using var cluster = await DevCluster.StartAsync();
        var lines = cluster.Supervisor.Lines;
        Assert.All([1, 2, 3], node => Assert.Contains(lines, line => line.StartsWith($"node{node} started: pid {cluster.ProcessId(node)}", StringComparison.Ordinal)));
        Assert.All([1, 2, 3], node => Assert.Contains($"node{node} serves CQL", lines));
        var ready = Assert.Single(lines, line => line.StartsWith("ready", StringComparison.Ordinal));
        Assert.Contains($"3 nodes, CQL on {cluster.Cql(1)}, {cluster.Cql(2)}, {cluster.Cql(3)}", ready, StringComparison.Ordinal);
        Assert.InRange(double.Parse(ready.Split(' ')[2], CultureInfo.InvariantCulture), 0, ReadySecondsMax);
        var processes = new[] { 1, 2, 3 }.Select(cluster.ProcessId).ToList();

        cluster.Supervisor.Signal(PosixSignalNumber.Interrupt);

        Assert.Equal(0, await cluster.Supervisor.ExitAsync());
        Assert.Equal("stopped", cluster.Supervisor.Lines[^1]);
        Assert.All(processes, process => Assert.False(Signals.IsAlive(process)));
        Assert.All([1, 2, 3], node => Assert.EndsWith("Stopped", File.ReadAllLines(Path.Combine(cluster.Data, $"node{node}", "coterie.log"))[^1], StringComparison.Ordinal));
        Assert.All([1, 2, 3], node => Assert.False(File.Exists(Path.Combine(cluster.Data, $"node{node}", "coterie.pid"))));
    }

    [Fact]
    public async Task SIGTERM_stops_all_and_another_start_finds_the_data_and_other_wishes_are_refused()
    {
        using var directory = new TemporaryDirectory();
        var first = Addresses.First();
        await using (var cluster = await DevCluster.StartAsync(first, directory.Path))
        {
            await using var client = await cluster.ConnectAsync();
            await client.CreateTableAsync(replicas: 3);
            await client.AskAsync("INSERT INTO shop.cart (id, v) VALUES (1, 'tea')");
            cluster.Supervisor.Signal(PosixSignalNumber.Terminate);
            Assert.Equal(0, await cluster.Supervisor.ExitAsync());
        }

        await RefusedAsync(first, "holds a cluster of 3 nodes; ask for --nodes 3, or for a new one with --fresh", "--nodes", "5");
        await RefusedAsync(first, "The data centre was dc1 when the cluster was formed and is dc2 now", "--nodes", "3", "--dcs", "2");
        await RefusedAsync(Addresses.Following(first, 1), "this configuration is for");

        await using (var cluster = await DevCluster.StartAsync(first, directory.Path))
        {
            await using var client = await cluster.ConnectAsync(node: 3);
            Assert.Equal("tea", Client.Text(Assert.Single((await client.EventuallyAsync("SELECT v FROM shop.cart WHERE id = 1", ConsistencyLevel.All)).Rows)[0]));
        }

        await using (var cluster = await DevCluster.StartAsync(first, directory.Path, "--fresh", "--nodes", "1"))
        {
            await using var client = await cluster.ConnectAsync();
            var gone = await Assert.ThrowsAsync<CqlErrorException>(() => client.AskAsync("SELECT v FROM shop.cart"));
            Assert.Equal(CqlErrorException.Invalid, gone.Code);
            Assert.False(Directory.Exists(Path.Combine(directory.Path, "node2")));
        }

        async Task RefusedAsync(IPAddress address, string why, params string[] options)
        {
            var refused = await CoterieCommand.RunAsync(["dev", "--data", directory.Path, "--address", address.ToString(), .. options]);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains(why, refused.Output + refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("ready", refused.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_node_that_dies_is_reported_and_stays_down_and_the_others_go_on()
    {
        await using var cluster = await DevCluster.StartAsync();
        await using var client = await cluster.ConnectAsync();
        await client.CreateTableAsync(replicas: 3);
        var dead = cluster.ProcessId(2);

        Signals.Send(dead, PosixSignalNumber.Kill);

        var report = await cluster.Supervisor.LineAsync("SIGKILL (9)");
        Assert.StartsWith($"node2 ({cluster.Cql(2)}, pid {dead}) was killed by SIGKILL (9); its log: ", report, StringComparison.Ordinal);
        await client.EventuallyAsync("INSERT INTO shop.cart (id, v) VALUES (1, 'tea')", ConsistencyLevel.Quorum);
        cluster.Supervisor.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await cluster.Supervisor.ExitAsync());
        Assert.Single(cluster.Supervisor.Lines, line => line.StartsWith("node2 started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_dies_is_started_again_if_that_was_asked_for()
    {
        await using var cluster = await DevCluster.StartAsync("--restart");
        var dead = cluster.ProcessId(3);

        Signals.Send(dead, PosixSignalNumber.Kill);

        await cluster.Supervisor.LineAsync(line => line.StartsWith("node3 started", StringComparison.Ordinal) && !line.Contains($"pid {dead},", StringComparison.Ordinal));
        await using var client = await cluster.ConnectAsync();
        await client.EventuallyAsync("INSERT INTO coterie_check.ready (id, at) VALUES (2, toTimestamp(now()))", ConsistencyLevel.All);
    }

    [Fact]
    public async Task Killing_the_supervisor_itself_leaves_no_node_behind()
    {
        await using var cluster = await DevCluster.StartAsync();
        var processes = new[] { 1, 2, 3 }.Select(cluster.ProcessId).ToList();

        cluster.Supervisor.Signal(PosixSignalNumber.Kill);

        await Until.TrueAsync("all nodes have ended", () => !processes.Any(Signals.IsAlive));
    }

    [Fact]
    public async Task Two_data_centres_have_three_nodes_each_and_their_levels_hold()
    {
        await using var cluster = await DevCluster.StartAsync("--dcs", "2");
        var status = JsonNode.Parse((await CoterieCommand.RunAsync("status", "--json", "--contact", cluster.Admin(1).ToString())).Output)!;
        Assert.Equal(["dc1", "dc1", "dc1", "dc2", "dc2", "dc2"], Datacenters(status));
        await using var client = await cluster.ConnectAsync();
        await client.AskAsync("CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 3}");
        await client.AskAsync("CREATE TABLE shop.cart (id int PRIMARY KEY, v text)");
        await client.AskAsync("INSERT INTO shop.cart (id, v) VALUES (1, 'tea')", ConsistencyLevel.EachQuorum);
        await using var far = await cluster.ConnectAsync(node: 5);
        Assert.Equal("tea", Client.Text(Assert.Single((await far.AskAsync("SELECT v FROM shop.cart WHERE id = 1", ConsistencyLevel.LocalQuorum)).Rows)[0]));
    }

    [Fact]
    public async Task On_one_address_the_nodes_have_ports_of_their_own()
    {
        await using var cluster = await DevCluster.StartAsync("--one-address");
        var third = new IPEndPoint(cluster.First, Addresses.CqlPort + 2);
        await using var client = await Client.ConnectAsync(third);
        var ports = (await client.AskAsync("SELECT native_port FROM system.peers_v2", ConsistencyLevel.One)).Rows.Select(row => Client.Int(row[0])).Order();
        Assert.Equal([Addresses.CqlPort, Addresses.CqlPort + 1], ports);
    }

    private static IEnumerable<string> Datacenters(JsonNode status) => status["nodes"]!.AsArray()
        .Select(node => (Place: IPEndPoint.Parse((string)node!["node"]!["cqlAddress"]!).Address.GetAddressBytes()[3], Datacenter: (string)node["node"]!["datacenter"]!))
        .OrderBy(node => node.Place)
        .Select(node => node.Datacenter);
}
