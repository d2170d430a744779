using System.Globalization;
using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Shell;

/// <summary><c>coterie status</c> and <c>coterie ring</c>.</summary>
public sealed class ReportTests(SharedCluster shared)
{
    [Fact]
    public async Task Status_shows_each_node_as_each_sees_it()
    {
        var cluster = shared.Cluster;
        await AllSeeAllAsync(cluster);

        var text = await CoterieCommand.RunAsync("status", "--contact", cluster.Admin(2).ToString());

        Assert.Equal(0, text.ExitCode);
        Assert.StartsWith("Cluster dev (", text.Output, StringComparison.Ordinal);
        foreach (var node in new[] { 1, 2, 3 })
        {
            var row = Row(text.Output, cluster.Cql(node).ToString());
            Assert.Equal(["dc1", "rack1", "ready", "UUU"], row[1..5]);
            Assert.Matches("^[0-9.]+ [KM]iB$", row[5]);
        }
    }

    [Fact]
    public async Task Ring_shows_who_owns_what()
    {
        var cluster = shared.Cluster;

        var text = await CoterieCommand.RunAsync("ring", "--contact", cluster.Admin(1).ToString());
        var json = JsonNode.Parse((await CoterieCommand.RunAsync("ring", "--json", "--contact", cluster.Admin(1).ToString())).Output)!;

        Assert.All([1, 2, 3], node => Assert.Equal(["dc1", "rack1", "yes", "16", "33.3 %"], Row(text.Output, cluster.Cql(node).ToString())[1..6]));
        var tokens = json["nodes"]!.AsArray().SelectMany(node => node!["tokens"]!.AsArray().Select(token => long.Parse((string)token!, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(48, tokens.Distinct().Count());
        Assert.All(tokens, token => Assert.Contains(text.Output.Split('\n'), line => line.Contains($" {token} ", StringComparison.Ordinal)));
        Assert.Equal(1.0, json["nodes"]!.AsArray().Sum(node => (double)node!["ownership"]!), 6);
    }

    [Fact]
    public async Task A_node_that_is_down_is_shown_as_down_by_both()
    {
        await using var cluster = await DevCluster.StartAsync();
        Signals.Send(cluster.ProcessId(2), PosixSignalNumber.Kill);
        await Until.TrueAsync("both others see node 2 down", async () =>
            Row((await CoterieCommand.RunAsync("status", "--contact", cluster.Admin(1).ToString())).Output, cluster.Cql(2).ToString()) is var row
            && row[3] == "no answer" && row[4].Count(c => c == 'D') == 2);

        var status = JsonNode.Parse((await CoterieCommand.RunAsync("status", "--json", "--contact", cluster.Admin(3).ToString())).Output)!;
        var ring = await CoterieCommand.RunAsync("ring", "--contact", cluster.Admin(1).ToString());

        Assert.Equal("no", Row(ring.Output, cluster.Cql(2).ToString())[3]);
        var down = Assert.Single(status["nodes"]!.AsArray(), node => node!["report"] is null);
        Assert.Equal(cluster.Cql(2).ToString(), (string?)down!["node"]!["cqlAddress"]);
        Assert.False((bool)down["node"]!["up"]!);
    }

    [Fact]
    public async Task Who_leads_a_leader_based_keyspace_is_shown()
    {
        var cluster = shared.Cluster;
        await using var client = await cluster.ConnectAsync();
        await client.AskAsync("CREATE KEYSPACE led WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3} AND consistency = 'global'");
        using var http = new HttpClient();
        JsonNode? group = null;
        string[] metrics = [];
        var text = "";

        // The first that is elected may hand over to the one whose place it is: what is compared must be of one moment.
        await Until.TrueAsync("the status names a leader, as a table and as JSON, and it leads by its own metrics", async () =>
        {
            var status = JsonNode.Parse((await CoterieCommand.RunAsync("status", "--json", "--contact", cluster.Admin(2).ToString())).Output)!;
            group = status["groups"]!.AsArray().SingleOrDefault();
            text = (await CoterieCommand.RunAsync("status", "--contact", cluster.Admin(1).ToString())).Output;
            metrics = await Task.WhenAll(Enumerable.Range(1, 3).Select(node => http.GetStringAsync(new Uri($"http://{cluster.Admin(node)}/metrics"))));
            return group?["leader"] is not null && group["applied"]!.AsArray().All(applied => applied is not null && (long)applied > 0)
                && Row(text, (string)group["id"]!).Contains((string)group["leader"]!)
                && metrics[LeaderOf(group) - 1].Contains($"coterie_group_leads{{group=\"{group["id"]}\"}} 1", StringComparison.Ordinal);
        });

        var leader = LeaderOf(group!);

        Assert.Equal(3, group!["members"]!.AsArray().Count);
        Assert.Contains((string)group["leader"]!, Row(text, (string)group["id"]!));
        Assert.All(Enumerable.Range(1, 3), node => Assert.Contains(
            $"coterie_group_leads{{group=\"{group["id"]}\"}} {(node == leader ? 1 : 0)}", metrics[node - 1], StringComparison.Ordinal));
        Assert.All(metrics, text => Assert.Contains($"coterie_group_leader_changes_total{{group=\"{group["id"]}\"}} ", text, StringComparison.Ordinal));

        int LeaderOf(JsonNode group) => Enumerable.Range(1, 3).Single(node => cluster.Cql(node).ToString() == (string?)group["leader"]);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("ring")]
    public async Task Where_no_node_answers_the_error_says_what_to_do(string command)
    {
        var nobody = Addresses.First();
        var refused = await CoterieCommand.RunAsync(command, "--contact", nobody.ToString());
        Assert.Equal(69, refused.ExitCode);
        Assert.Equal($"coterie: no node answers at the admin address {nobody}:{Addresses.AdminPort}: Connection refused", refused.ErrorLines[0]);
        Assert.Equal("coterie: start a cluster with 'coterie dev', or name a node of one that runs with --contact HOST[:PORT]", refused.ErrorLines[1]);
    }

    [Fact]
    public async Task Where_something_else_answers_the_error_says_so()
    {
        var refused = await CoterieCommand.RunAsync("status", "--contact", shared.Cluster.Cql(1).ToString());
        Assert.Equal(69, refused.ExitCode);
        Assert.Contains("is not a node's admin port (9180 if it is not set)", refused.ErrorLines[0], StringComparison.Ordinal);
    }

    private static Task AllSeeAllAsync(DevCluster cluster) => Until.TrueAsync("all nodes see all nodes", async () =>
        (await CoterieCommand.RunAsync("status", "--contact", cluster.Admin(1).ToString())).Output.Split('\n').Count(line => line.Contains(" UUU ", StringComparison.Ordinal)) == 3);

    /// <summary>The cells of the row that begins so.</summary>
    private static string[] Row(string table, string first) =>
        table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).First(cells => cells.Length > 1 && cells[1] == first)[1..];
}
