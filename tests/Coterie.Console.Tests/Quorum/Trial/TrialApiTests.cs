using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

/// <summary><c>/api/quorum/trial</c> over a real socket, with a cluster that does not answer.</summary>
public sealed class TrialApiTests : IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private ConsoleServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // A port that nobody listens at: it was free a moment ago.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var nobody = (IPEndPoint)free.LocalEndpoint;
        var cluster = new ConsoleCluster([new ConsoleNode("node1", nobody, nobody)]);
        _server = await ConsoleServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), cluster, TimeProvider.System, NullLoggerFactory.Instance, null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Nothing_is_written_without_the_token_of_a_page(string method)
    {
        var (status, answer) = await SendAsync(method, "", null);
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
        var (status, answer) = await SendAsync("POST", query, await TokenAsync());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(why, (string)answer["problem"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_nothing_is_begun_and_that_is_said()
    {
        var (status, answer) = await SendAsync("POST", "?r=1&w=1&trials=10", await TokenAsync());
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.StartsWith("The cluster cannot be asked: no node answers at the admin address", (string)answer["problem"]!, StringComparison.Ordinal);

        (status, answer) = await SendAsync("GET", "", null);
        Assert.Equal((HttpStatusCode.OK, "Idle"), (status, (string)answer["phase"]!));
        (status, answer) = await SendAsync("DELETE", "", await TokenAsync());
        Assert.Equal((HttpStatusCode.Conflict, "No trial runs."), (status, (string)answer["problem"]!));
    }

    [Fact]
    public async Task It_describes_itself()
    {
        var document = JsonNode.Parse(await _client.GetStringAsync($"http://{_server.Address}/api/openapi.json", Cancel))!;
        var trial = document["paths"]!["/api/quorum/trial"]!;
        Assert.Contains(trial["post"]!["parameters"]!.AsArray(), static one => (string)one!["name"]! == "trials");
        Assert.NotNull(trial["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!["result"]);
    }

    private async Task<string> TokenAsync() =>
        Regex.Match(await _client.GetStringAsync($"http://{_server.Address}/", Cancel), "name=\"coterie-token\" content=\"([^\"]+)\"").Groups[1].Value;

    private async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(string method, string query, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{_server.Address}/api/quorum/trial{query}");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Coterie-Token", token);
        }

        using var response = await _client.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
