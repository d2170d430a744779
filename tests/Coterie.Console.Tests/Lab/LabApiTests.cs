using System.Net;
using Coterie.WebConsole.Lab;
using Coterie.WebConsole.Tests.Http;

namespace Coterie.WebConsole.Tests.Lab;

/// <summary>The lab's API over a real socket, with nodes that are none.</summary>
public sealed class LabApiTests : IAsyncLifetime
{
    private readonly FakeNodes _nodes = new();
    private ConsoleOverSocket _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _console = await ConsoleOverSocket.StartAsync(lab: _nodes);

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/lab/nodes/node1/kill", null)]
    [InlineData("POST", "/api/lab/nodes/node1/kill", "0123456789abcdeF")]
    [InlineData("POST", "/api/lab/nodes/node1/kill", "")]
    [InlineData("POST", "/api/lab/stream", null)]
    [InlineData("DELETE", "/api/lab/stream", "0123456789abcde")]
    public async Task Nothing_is_changed_without_the_token(string method, string path, string? token)
    {
        var (status, answer) = await _console.SendAsync(method, path, token);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("X-Coterie-Token", (string)answer["problem"]!, StringComparison.Ordinal);
        Assert.Equal(LabProcess.Running, _nodes.StateOf("node1"));
        Assert.Equal("Idle", (string)(await _console.SendAsync("GET", "/api/lab", null)).Answer["phase"]!);
    }

    [Fact]
    public async Task The_token_is_in_the_page()
    {
        var page = await _console.Client.GetStringAsync(_console.Address("/lab"), Cancel);
        Assert.Contains("<meta name=\"coterie-token\" content=\"", page, StringComparison.Ordinal);
        Assert.Contains("Start the writes", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_is_killed_and_paused_and_comes_back()
    {
        foreach (var (action, state, shown) in new[] { ("pause", LabProcess.Paused, "Paused"), ("resume", LabProcess.Running, "Starting"), ("cutoff", LabProcess.CutOff, "CutOff"), ("join", LabProcess.Running, "Starting"), ("kill", LabProcess.Dead, "Dead"), ("start", LabProcess.Running, "Starting") })
        {
            var (status, answer) = await _console.SendAsync("POST", $"/api/lab/nodes/node2/{action}", await _console.TokenAsync());
            Assert.Equal((HttpStatusCode.OK, state), (status, _nodes.StateOf("node2")));
            Assert.Equal(shown, (string)answer["nodes"]![1]!["state"]!);
        }
    }

    [Theory]
    [InlineData("nodes/node1/start", HttpStatusCode.Conflict, "node1 is not dead.")]
    [InlineData("nodes/node1/resume", HttpStatusCode.Conflict, "node1 is not paused.")]
    [InlineData("nodes/node1/join", HttpStatusCode.Conflict, "node1 is not cut off.")]
    [InlineData("nodes/node9/kill", HttpStatusCode.NotFound, "There is no node of that name; there are node1, node2, node3.")]
    [InlineData("nodes/node1/0", HttpStatusCode.BadRequest, "That cannot be done to a node; what can: kill, pause, resume, cutoff, join, start.")]
    [InlineData("nodes/node1/explode", HttpStatusCode.BadRequest, "That cannot be done to a node; what can: kill, pause, resume, cutoff, join, start.")]
    [InlineData("stream?workload=poems", HttpStatusCode.BadRequest, "There is no such workload; there are plain, carts, events.")]
    public async Task What_makes_no_sense_gets_its_reason(string path, HttpStatusCode refused, string reason)
    {
        var (status, answer) = await _console.SendAsync("POST", $"/api/lab/{path}", await _console.TokenAsync());
        Assert.Equal((refused, reason), (status, (string)answer["problem"]!));
    }

    [Fact]
    public async Task What_cannot_be_done_says_why_and_the_lab_lives()
    {
        await _console.SendAsync("POST", "/api/lab/nodes/node3/kill", await _console.TokenAsync());
        Assert.Equal("That could not be done: the disk is full.", (string)(await _console.SendAsync("POST", "/api/lab/nodes/node3/start", await _console.TokenAsync())).Answer["problem"]!);
        Assert.StartsWith("The writes cannot begin: ", (string)(await _console.SendAsync("POST", "/api/lab/stream", await _console.TokenAsync())).Answer["problem"]!, StringComparison.Ordinal);
        Assert.Equal("Nothing is written.", (string)(await _console.SendAsync("DELETE", "/api/lab/stream", await _console.TokenAsync())).Answer["problem"]!);
        Assert.Equal(HttpStatusCode.OK, (await _console.SendAsync("POST", "/api/lab/nodes/node1/kill", await _console.TokenAsync())).Status);
    }

    [Fact]
    public async Task The_API_answers_as_its_document_says()
    {
        var paths = (await _console.SendAsync("GET", "/api/openapi.json", null)).Answer["paths"]!.AsObject();
        Assert.Equal(["/api/lab", "/api/lab/stream", "/api/lab/nodes/{name}/{action}"], paths.Select(static path => path.Key).Where(static path => path.StartsWith("/api/lab", StringComparison.Ordinal)));
        var schema = paths["/api/lab"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        Assert.Equal(schema.Select(static one => one.Key), (await _console.SendAsync("GET", "/api/lab", null)).Answer.Select(static one => one.Key));
        foreach (var (change, statuses) in new[] { (paths["/api/lab/stream"]!["post"]!, "200 403 409 400"), (paths["/api/lab/stream"]!["delete"]!, "200 403 409"), (paths["/api/lab/nodes/{name}/{action}"]!["post"]!, "200 403 409 400 404") })
        {
            Assert.Equal("pageToken", Assert.Single(change["security"]![0]!.AsObject()).Key);
            Assert.Equal(statuses.Split(' '), change["responses"]!.AsObject().Select(static one => one.Key));
        }
    }
}
