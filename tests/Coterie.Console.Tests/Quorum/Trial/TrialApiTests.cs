using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Coterie.WebConsole.Tests.Http;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

/// <summary><c>/api/quorum/trial</c> over a real socket, with a cluster that does not answer.</summary>
public sealed class TrialApiTests : IAsyncLifetime
{
    private ConsoleOverSocket _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // A port that nobody listens at: it was free a moment ago.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var nobody = (IPEndPoint)free.LocalEndpoint;
        var cluster = new ConsoleCluster([new ConsoleNode("node1", nobody, nobody)]);
        _console = await ConsoleOverSocket.StartAsync(cluster);
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Nothing_is_written_without_the_token_of_a_page(string method)
    {
        var (status, answer) = await AskAsync(method, "", null);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("X-Coterie-Token", (string)answer["problem"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?n=0", "N must be from 1")]
    [InlineData("?n=3&r=9", "R must be from 1 to 3")]
    [InlineData("?trials=many", "trials is a number from 0 to 5000, not 'many'")]
    [InlineData("?color=red", "there is no parameter 'color'")]
    [InlineData("?model=cluster", "the delays of this cluster are not known")]
    public async Task A_question_that_makes_no_sense_is_told_why(string query, string why)
    {
        var (status, answer) = await AskAsync("POST", query, await _console.TokenAsync());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(why, (string)answer["problem"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_nothing_is_begun_and_that_is_said()
    {
        var (status, answer) = await AskAsync("POST", "?r=1&w=1&trials=10", await _console.TokenAsync());
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.StartsWith("The cluster cannot be asked: no node answers at the admin address", (string)answer["problem"]!, StringComparison.Ordinal);

        (status, answer) = await AskAsync("GET", "", null);
        Assert.Equal((HttpStatusCode.OK, "Idle"), (status, (string)answer["phase"]!));
        (status, answer) = await AskAsync("DELETE", "", await _console.TokenAsync());
        Assert.Equal((HttpStatusCode.Conflict, "No trial runs."), (status, (string)answer["problem"]!));
    }

    [Fact]
    public async Task It_describes_itself()
    {
        var document = JsonNode.Parse(await _console.Client.GetStringAsync(_console.Address("/api/openapi.json"), Cancel))!;
        var trial = document["paths"]!["/api/quorum/trial"]!;
        Assert.Contains(trial["post"]!["parameters"]!.AsArray(), static one => (string)one!["name"]! == "trials");
        Assert.NotNull(trial["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!["result"]);
    }

    private Task<(HttpStatusCode Status, JsonObject Answer)> AskAsync(string method, string query, string? token) => _console.SendAsync(method, $"/api/quorum/trial{query}", token);
}
