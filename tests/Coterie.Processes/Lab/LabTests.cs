using System.Globalization;
using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Lab;

/// <summary><c>coterie lab</c>, with real processes that are really killed. How long gaps may be is generous: the machine may be slow.</summary>
public sealed class LabTests
{
    [Fact]
    public async Task When_the_node_that_leads_is_killed_the_leaderless_keyspace_goes_on_and_neither_loses_a_write()
    {
        var lab = await CoterieCommand.RunAsync("lab", "failover", "--rounds", "2", "--calm", "1", "--down", "2", "--rate", "100", "--json");

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Output)!;
        AssertRight(report, "kill", rounds: 2);
        Assert.Equal(0, (long)report["leaderless"]!["failed"]!);
        Assert.Equal(0, (long)report["leaderless"]!["unknown"]!);
        Assert.All(["leaderless", "leader_based"], name => Assert.InRange((double)report[name]!["longest_gap_ms"]!, 0.1, 15_000));

        // Often the same one twice: leadership goes back to the member that should have it.
        Assert.Equal(2, report["faults"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("carts")]
    [InlineData("events")]
    public async Task Carts_and_events_live_through_a_kill_without_losing_anything_and_nothing_comes_back(string workload)
    {
        var lab = await CoterieCommand.RunAsync("lab", "failover", "--workload", workload, "--rounds", "1", "--calm", "1", "--down", "2", "--rate", "100", "--json");

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Output)!;
        AssertRight(report, "kill", rounds: 1);
        Assert.Equal(workload, (string)report["workload"]!);
        Assert.Equal(0, (long)report["leaderless"]!["failed"]!);
    }

    [Fact]
    public async Task A_cluster_that_runs_already_can_be_paused_and_shows_a_timeline()
    {
        await using var cluster = await DevCluster.StartAsync();
        using var directory = new TemporaryDirectory();
        var picture = Path.Combine(directory.Path, "timeline.svg");

        var lab = await CoterieCommand.RunAsync("lab", "pause", "--contact", cluster.Admin(2).ToString(), "--rounds", "1", "--calm", "1", "--down", "3", "--rate", "100", "--svg", picture);

        Assert.True(lab.ExitCode == 0, lab.ToString());
        Assert.Contains("while the node that leads is paused", File.ReadAllText(picture), StringComparison.Ordinal);
        var lines = lab.Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("round 1: ", StringComparison.Ordinal) && line.Contains("led and was paused, ready again after", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("leader", StringComparison.Ordinal) && line.Contains('█', StringComparison.Ordinal));
        Assert.All(["leaderless  ", "leader-based"], name => Assert.Matches($"(?m)^{name}  .*[▁-█]", lab.Output));
        Assert.Contains(lines, line => line.Contains('✗', StringComparison.Ordinal) && line.Contains('▲', StringComparison.Ordinal));
        Assert.Matches(@"\| acknowledged and lost +\| +0 \| +0 \|", lab.Output);
        Assert.DoesNotContain('\e', lab.Output);

        // What it made there is gone again.
        await using var client = await cluster.ConnectAsync();
        Assert.Empty((await client.AskAsync("SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'coterie_lab_leader_based'")).Rows);
    }

    [Fact]
    public async Task A_node_of_a_cluster_that_runs_already_is_brought_back_as_it_was_started()
    {
        using var directory = new TemporaryDirectory();
        var configurations = NodeConfiguration.Cluster(directory.Path, 3);
        var nodes = configurations.Select(one => one.Start()).ToList();
        try
        {
            await nodes[0].LineAsync(" Up: ");

            var lab = await CoterieCommand.RunAsync(
                "lab", "failover", "--contact", configurations[0].Admin.ToString(), "--rounds", "1", "--calm", "1", "--down", "1", "--rate", "50", "--json");

            Assert.True(lab.ExitCode == 0, lab.ToString());
            AssertRight(JsonNode.Parse(lab.Output)!, "kill", rounds: 1);
            Assert.Single(nodes, node => node.HasExited);
        }
        finally
        {
            // The one that was brought back is nobody's child.
            var now = configurations.Select(one => Path.Combine(one.DataDirectory, "coterie.pid")).Where(File.Exists).Select(path => int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture));
            foreach (var process in now.Where(Signals.IsAlive))
            {
                Signals.Send(process, PosixSignalNumber.Kill);
            }

            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("--rounds", "0", "--rounds must be from 1 to 1000")]
    [InlineData("--rate", "0.5", "--rate must be from 1 to 20000")]
    [InlineData("--calm", "0", "--calm must be from 0.1 to 600")]
    [InlineData("--down", "601", "--down must be from 0.1 to 600")]
    [InlineData("--register-reads", "SOME", "--register-reads must be one of: ALL, ANY, EACH_QUORUM, LOCAL_ONE, LOCAL_QUORUM, LOCAL_SERIAL, ONE, QUORUM, SERIAL, THREE, TWO")]
    public async Task What_makes_no_sense_is_refused(string option, string value, string problem)
    {
        var refused = await CoterieCommand.RunAsync("lab", "failover", option, value);
        Assert.Equal((64, $"coterie: {problem}"), (refused.ExitCode, refused.ErrorLines[0]));
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_from_the_others_loses_nothing_and_nobody_elses_network_is_touched()
    {
        var rules = File.ReadAllText("/proc/net/route") + File.ReadAllText("/proc/net/fib_trie");
        var lab = await CoterieCommand.RunAsync("lab", "partition", "--rounds", "1", "--calm", "1", "--down", "4", "--rate", "100", "--json");
        Assert.SkipWhen(lab.ExitCode == 69 && lab.Error.StartsWith("coterie: a partition needs ", StringComparison.Ordinal), lab.Error);

        Assert.True(lab.ExitCode == 0, lab.ToString());
        var report = JsonNode.Parse(lab.Output)!;
        AssertRight(report, "partition", rounds: 1);
        Assert.Equal(0, (long)report["leaderless"]!["failed"]!);
        Assert.Equal(rules, File.ReadAllText("/proc/net/route") + File.ReadAllText("/proc/net/fib_trie"));
    }

    [Fact]
    public async Task Reads_at_ONE_of_a_node_that_is_cut_off_are_stale_and_the_history_of_the_registers_shows_it()
    {
        var lab = await CoterieCommand.RunAsync("lab", "partition", "--rounds", "1", "--calm", "1", "--down", "4", "--rate", "20", "--register-reads", "ONE", "--json");
        Assert.SkipWhen(lab.ExitCode == 69 && lab.Error.StartsWith("coterie: a partition needs ", StringComparison.Ordinal), lab.Error);

        Assert.True(lab.ExitCode == 1, lab.ToString());
        var registers = JsonNode.Parse(lab.Output)!["registers"]!;
        Assert.Equal((false, "ONE"), ((bool)registers["linearizable"]!, (string)registers["reads"]!));
        var violation = registers["violation"]!.AsArray().Select(call => (string)call!).ToList();
        Assert.InRange(violation.Count, 2, 6);
        Assert.All(violation, call => Assert.Matches(@"^register \d: (read|write) \d+( if \d+)? at 127\.\d+\.\d+\.\d+:\d+, from \d+\.\d+ s to (\d+\.\d+ s|unknown)$", call));

        // What the nodes hold stays after a failure.
        var kept = lab.ErrorLines.Single(line => line.Contains("stays in ", StringComparison.Ordinal)).Split("stays in ")[1];
        Directory.Delete(kept, recursive: true);
    }

    [Fact]
    public async Task A_partition_of_a_cluster_that_runs_already_is_refused()
    {
        var refused = await CoterieCommand.RunAsync("lab", "partition", "--contact", "127.0.0.1");
        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("leave out --contact", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_written_is_refused_before_anything_is_done()
    {
        var refused = await CoterieCommand.RunAsync("lab", "failover", "--svg", "/nowhere/timeline.svg");
        Assert.Equal((64, "coterie: --svg: there is no directory /nowhere"), (refused.ExitCode, refused.ErrorLines[0]));
    }

    [Fact]
    public async Task Where_no_node_answers_it_says_so()
    {
        var nobody = Addresses.First();
        var refused = await CoterieCommand.RunAsync("lab", "failover", "--contact", nobody.ToString());
        Assert.Equal(69, refused.ExitCode);
        Assert.Contains($"no node answers at the admin address {nobody}:{Addresses.AdminPort}", refused.Error, StringComparison.Ordinal);
    }

    private static void AssertRight(JsonNode report, string fault, int rounds)
    {
        Assert.Equal((fault, rounds), ((string)report["fault"]!, (int)report["rounds"]!));
        Assert.Equal(rounds, report["faults"]!.AsArray().Count);
        var registers = report["registers"]!;
        Assert.Equal((true, "QUORUM"), ((bool)registers["linearizable"]!, (string)registers["reads"]!));
        Assert.InRange((int)registers["operations"]!, 20, int.MaxValue);
        Assert.InRange((int)registers["conditional"]!, 1, int.MaxValue);
        foreach (var name in new[] { "leaderless", "leader_based" })
        {
            var keyspace = report[name]!;
            Assert.Equal((0, 0, 0, 0), ((long)keyspace["lost"]!, (long)keyspace["returned"]!, (long)keyspace["unread"]!, (long)keyspace["failed_found"]!));
            Assert.Equal(rounds, keyspace["gaps_ms"]!.AsArray().Count);
            Assert.Equal((double)keyspace["longest_gap_ms"]!, keyspace["gaps_ms"]!.AsArray().Max(gap => (double)gap!));
            Assert.True((long)keyspace["acked"]! > 100);
            Assert.True((double)keyspace["p50_ms"]! > 0 && (double)keyspace["p99_ms"]! >= (double)keyspace["p50_ms"]! && (double)keyspace["p999_ms"]! > 0);
        }
    }
}
