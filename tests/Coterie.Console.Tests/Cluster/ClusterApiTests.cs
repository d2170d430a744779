using System.Net;
using System.Text.Json.Nodes;
using Coterie.WebConsole.Tests.Http;

namespace Coterie.WebConsole.Tests.Cluster;

/// <summary><c>/api/cluster</c> and <c>/api/metrics</c> over a real socket, beside one node that answers and one that does not.</summary>
public sealed class ClusterApiTests : IAsyncLifetime
{
    private FakeAdmin _node = null!;
    private ConsoleOverSocket _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await FakeAdmin.StartAsync(Cancel);
        var nowhere = new IPEndPoint(IPAddress.Loopback, 1);
        var cluster = new ConsoleCluster([new ConsoleNode("node1", nowhere, _node.Address), new ConsoleNode("node2", nowhere, nowhere)]);
        _console = await ConsoleOverSocket.StartAsync(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _console.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task The_API_answers_as_its_document_says_with_a_dead_node_in_it()
    {
        var cluster = await GetAsync("/api/cluster");

        Assert.Equal("node2 does not answer.", (string)cluster["sentence"]!);
        Assert.Equal(["Up", "Unknown"], cluster["views"]![0]!["of"]!.AsArray().Select(static one => (string)one!));
        Assert.Equal(0, (double)cluster["nodes"]![0]!["requestsPerSecond"]!);
        Assert.Null(cluster["nodes"]![1]!["loadBytes"]);
        Assert.Contains("127.0.0.1:1", (string)cluster["nodes"]![1]!["problem"]!, StringComparison.Ordinal);
        await DescribedAsync("/api/cluster", cluster);
        await DescribedAsync("/api/metrics", await GetAsync("/api/metrics?filter=requests"));
    }

    [Fact]
    public async Task Metrics_stand_side_by_side()
    {
        var metrics = await GetAsync("/api/metrics?filter=cql");
        var line = metrics["families"]![0]!["lines"]![0]!;
        Assert.Equal((1, null), ((double)line["values"]![0]!, line["values"]![1]));
        Assert.Equal(0, (double)line["rates"]![0]!);
    }

    [Theory]
    [InlineData("?filter={long}")]
    [InlineData("?fliter=x")]
    public async Task A_question_that_makes_no_sense_gets_its_reason(string query)
    {
        using var answer = await _console.Client.GetAsync(_console.Address($"/api/metrics{query.Replace("{long}", new string('x', 201), StringComparison.Ordinal)}"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("there is one parameter, 'filter', of at most 200 characters", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["problem"]!);
    }

    [Fact]
    public async Task Both_pages_are_served_and_in_the_navigation()
    {
        foreach (var path in new[] { "/cluster", "/metrics?filter=%00" })
        {
            var page = await _console.Client.GetStringAsync(_console.Address(path), Cancel);
            Assert.Contains("Asking the nodes", page, StringComparison.Ordinal);
            Assert.Contains("<a href=\"cluster\"", page, StringComparison.Ordinal);
            Assert.Contains("<a href=\"metrics\"", page, StringComparison.Ordinal);
        }
    }

    private async Task DescribedAsync(string path, JsonObject answer)
    {
        var document = await GetAsync("/api/openapi.json");
        var schema = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        Assert.Equal(schema.Select(static one => one.Key), answer.Select(static one => one.Key));
    }

    private async Task<JsonObject> GetAsync(string path) => JsonNode.Parse(await _console.Client.GetStringAsync(_console.Address(path), Cancel))!.AsObject();
}
