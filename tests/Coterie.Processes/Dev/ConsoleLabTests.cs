using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>The console's lab with real processes, by its API.</summary>
public sealed class ConsoleLabTests : IAsyncLifetime
{
    private ConsoleOfCluster _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // With --restart: what the lab has killed must stay dead all the same.
    public async ValueTask InitializeAsync() => _console = await ConsoleOfCluster.StartAsync("/lab", "--restart");

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task When_the_leader_is_killed_the_leader_based_writes_stop_and_go_on_and_nothing_acknowledged_is_lost()
    {
        await ChangeAsync(HttpMethod.Post, "stream?workload=plain");
        await UntilAsync("both keyspaces are written to, and somebody leads", lab => Acknowledged(lab, "leaderless") > 100 && Acknowledged(lab, "leaderBased") > 100 && Leader(lab) is not null);
        var leader = await SettledLeaderAsync();

        await ChangeAsync(HttpMethod.Post, $"nodes/{leader}/kill");
        var during = await UntilAsync("another leads", lab => Leader(lab) is { } next && next != leader);
        Assert.Equal("Dead", State(during, leader));
        var after = Acknowledged(during, "leaderBased");
        await UntilAsync("leader-based writes go on", lab => Acknowledged(lab, "leaderBased") > after + 100);

        await ChangeAsync(HttpMethod.Post, $"nodes/{leader}/start");
        var back = await UntilAsync("the node is back", lab => State(lab, leader) == "Up" && lab["faults"]![0]!["to"] is not null);
        var fault = back["faults"]!.AsArray().Single()!;
        Assert.Equal((leader, "killed", true), ((string)fault["node"]!, (string)fault["what"]!, (bool)fault["led"]!));

        // A write is due every 20 ms, so at least one was not answered in its time while the others elected.
        Assert.InRange((double)fault["leaderBasedGapMs"]!, 30, 20_000);

        await ChangeAsync(HttpMethod.Delete, "stream");
        var done = await UntilAsync("all that was acknowledged has been looked for", lab => (string)lab["phase"]! == "Done");
        foreach (var keyspace in new[] { "leaderless", "leaderBased" })
        {
            Assert.Equal((0, 0, 0), ((int)done[keyspace]!["finding"]!["lost"]!, (int)done[keyspace]!["finding"]!["unread"]!, (int)done[keyspace]!["finding"]!["wrong"]!));
        }
    }

    /// <summary>Leadership moves to where it belongs in the first seconds of a keyspace: who leads before and after a hundred writes is not about to hand on.</summary>
    private async Task<string> SettledLeaderAsync()
    {
        while (true)
        {
            var before = await LabAsync();
            var after = await UntilAsync("a hundred writes more", lab => Acknowledged(lab, "leaderBased") > Acknowledged(before, "leaderBased") + 100 && Leader(lab) is not null);
            if (Acknowledged(after, "leaderBased") > 300 && Leader(after) is { } leader && leader == Leader(before))
            {
                return leader;
            }
        }
    }

    [Fact]
    public async Task The_cluster_outlives_all_of_its_nodes_and_a_stop_finds_one_that_is_paused()
    {
        foreach (var node in new[] { "node1", "node2", "node3" })
        {
            await ChangeAsync(HttpMethod.Post, $"nodes/{node}/kill");
            await _console.Supervisor.LineAsync(line => line.StartsWith($"{node} (", StringComparison.Ordinal) && line.EndsWith("was killed from the lab", StringComparison.Ordinal));
        }

        var dead = await LabAsync();
        Assert.All(["node1", "node2", "node3"], node => Assert.Equal("Dead", State(dead, node)));
        await ChangeAsync(HttpMethod.Post, "nodes/node1/start");
        await ChangeAsync(HttpMethod.Post, "nodes/node2/start");
        await UntilAsync("two serve clients again", lab => State(lab, "node1") == "Up" && State(lab, "node2") == "Up");
        Assert.Equal("Dead", State(await LabAsync(), "node3"));

        await ChangeAsync(HttpMethod.Post, "nodes/node2/pause");
        Assert.Equal("Paused", State(await LabAsync(), "node2"));
        _console.Supervisor.Signal(PosixSignalNumber.Terminate);

        Assert.Equal(0, await _console.Supervisor.ExitAsync());
        Assert.DoesNotContain(_console.Supervisor.Lines, static line => line.Contains("did not stop", StringComparison.Ordinal));
    }

    private static int Acknowledged(JsonNode lab, string keyspace) => (int)lab[keyspace]!["acknowledged"]!;

    private static string? Leader(JsonNode lab) => (string?)lab["nodes"]!.AsArray().FirstOrDefault(static node => (int)node!["leads"]! > 0)?["name"];

    private static string State(JsonNode lab, string node) => (string)lab["nodes"]!.AsArray().Single(one => (string)one!["name"]! == node)!["state"]!;

    private async Task<JsonNode> LabAsync() => JsonNode.Parse(await _console.Client.GetStringAsync(_console.Address("/api/lab"), Cancel))!;

    private async Task<JsonNode> UntilAsync(string what, Func<JsonNode, bool> isSo)
    {
        JsonNode? lab = null;
        await Until.TrueAsync(what, async () => isSo(lab = await LabAsync()));
        return lab!;
    }

    private async Task ChangeAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, _console.Address($"/api/lab/{path}"));
        using var answer = await _console.Client.SendAsync(request, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
