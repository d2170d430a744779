using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Coterie.Processes.Fixtures;

namespace Coterie.Processes.Dev;

/// <summary>The console's query with real processes, by its API.</summary>
public sealed class ConsoleQueryTests : IAsyncLifetime
{
    private ConsoleOfCluster _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _console = await ConsoleOfCluster.StartAsync("/query");

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task Rows_come_page_by_page_with_the_vote_and_after_a_node_has_died_from_the_others()
    {
        await AskAsync("CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        await AskAsync("CREATE TABLE shop.cart (p int, id int, v text, PRIMARY KEY (p, id))");
        await AskAsync($"BEGIN UNLOGGED BATCH {string.Join("; ", Enumerable.Range(0, 5).Select(static id => $"INSERT INTO shop.cart (p, id, v) VALUES (1, {id}, 'v{id}')"))}; APPLY BATCH");

        var seen = new List<string>();
        JsonNode? page = null;
        do
        {
            page = await AskAsync("SELECT id, v FROM shop.cart WHERE p = 1", pageSize: 2, pagingState: (string?)page?["pagingState"]);
            seen.AddRange(page["rows"]!.AsArray().Select(static row => $"{row![0]}={row[1]}"));
            Assert.Equal((3, 2), (page["vote"]!["replicas"]!.AsArray().Count, (int)page["vote"]!["required"]!));
        }
        while (page["pagingState"] is not null);
        Assert.Equal(["0=v0", "1=v1", "2=v2", "3=v3", "4=v4"], seen);

        var dead = await DieAsync("node1");
        var after = await AskAsync("SELECT v FROM shop.cart WHERE p = 1 AND id = 3");
        Assert.Equal("v3", (string)after["rows"]![0]![0]!);
        Assert.NotEqual(dead, (string)after["node"]!);
    }

    [Fact]
    public async Task A_syntax_error_has_its_place_and_what_the_cluster_cannot_do_is_no_mistake_of_who_asked()
    {
        var (status, wrong) = await PostAsync("SELECT key\nFRM system.local", null, null);
        Assert.Equal((HttpStatusCode.BadRequest, "SyntaxError", 2, 0), (status, (string)wrong["code"]!, (int)wrong["line"]!, (int)wrong["column"]!));

        await AskAsync("CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}");
        await AskAsync("CREATE TABLE shop.cart (id int PRIMARY KEY, v text)");
        await DieAsync("node2");
        await DieAsync("node3");
        (status, var problem) = await PostAsync("SELECT v FROM shop.cart WHERE id = 1", null, null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains((string)problem["code"]!, (string[])["Unavailable", "ReadTimeout"]);
    }

    /// <returns>Its CQL address.</returns>
    private async Task<string> DieAsync(string node)
    {
        Signals.Send(int.Parse(await File.ReadAllTextAsync(Path.Combine(_console.Directory, node, "coterie.pid"), Cancel), System.Globalization.CultureInfo.InvariantCulture), PosixSignalNumber.Kill);
        var line = await _console.Supervisor.LineAsync(line => line.StartsWith($"{node} (", StringComparison.Ordinal));
        return line.Split('(')[1].Split(',')[0];
    }

    /// <summary>Until it is answered: a node that has just died is not missed by the others at once.</summary>
    private async Task<JsonNode> AskAsync(string statement, int? pageSize = null, string? pagingState = null)
    {
        JsonNode? answer = null;
        await Until.TrueAsync(statement, async () =>
        {
            (var status, answer) = await PostAsync(statement, pageSize, pagingState);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, answer.ToString());
            return status == HttpStatusCode.OK;
        });
        return answer!;
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string statement, int? pageSize, string? pagingState)
    {
        using var response = await _console.Client.PostAsJsonAsync(_console.Address("/api/query"), new { statement, pageSize, pagingState }, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
