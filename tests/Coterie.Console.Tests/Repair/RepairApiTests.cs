using System.Net;
using Coterie.WebConsole.Tests.Lab;
using Coterie.WebConsole.Tests.Http;

namespace Coterie.WebConsole.Tests.Repair;

/// <summary><c>/api/repair</c> over a real socket, with nodes that do not answer.</summary>
public sealed class RepairApiTests : IAsyncLifetime
{
    private readonly FakeNodes _nodes = new();
    private ConsoleOverSocket _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _console = await ConsoleOverSocket.StartAsync(new ConsoleCluster(_nodes.Places), _nodes);

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task With_no_node_that_answers_there_is_nothing_to_tell_and_no_failure()
    {
        var (status, answer) = await _console.SendAsync("GET", "/api/repair", null);
        Assert.Equal((HttpStatusCode.OK, 0), (status, answer["nodes"]!.AsArray().Count));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "No node answers."), await ProblemAsync("GET", "/api/repair/tree?table=a.b&left=x&right=y", null));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "No node answers."), await ProblemAsync("GET", "/api/repair/row?table=a.b&left=x&right=y&key=00", null));
        Assert.Equal(3, (await _console.SendAsync("POST", "/api/repair/run?table=a.b", await _console.TokenAsync())).Answer["problems"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("GET", "/api/repair/tree")]
    [InlineData("GET", "/api/repair/tree?table=cart")]
    [InlineData("GET", "/api/repair/row?table=.")]
    [InlineData("POST", "/api/repair/run?table=a.b.c")]
    public async Task A_table_must_be_named(string method, string path)
    {
        Assert.Equal((HttpStatusCode.BadRequest, "table must be keyspace.table"), await ProblemAsync(method, path, await _console.TokenAsync()));
    }

    [Theory]
    [InlineData("/api/repair/run?table=a.b")]
    [InlineData("/api/repair/lab/diverge?net=hints")]
    [InlineData("/api/repair/lab/start")]
    [InlineData("/api/repair/lab/read")]
    public async Task Nothing_is_changed_without_the_token(string path)
    {
        var (status, problem) = await ProblemAsync("POST", path, "nonsense");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("X-Coterie-Token", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diverge?net=magic", HttpStatusCode.BadRequest, "There is no such net; there are hints, readRepair, trees.")]
    [InlineData("diverge?net=0", HttpStatusCode.BadRequest, "There is no such net; there are hints, readRepair, trees.")]
    [InlineData("diverge", HttpStatusCode.BadRequest, "There is no such net; there are hints, readRepair, trees.")]
    [InlineData("start", HttpStatusCode.Conflict, "No node waits to be started here.")]
    [InlineData("read", HttpStatusCode.Conflict, "There is no difference to read yet.")]
    public async Task What_makes_no_sense_gets_its_reason(string path, HttpStatusCode refused, string reason)
    {
        Assert.Equal((refused, reason), await ProblemAsync("POST", $"/api/repair/lab/{path}", await _console.TokenAsync()));
    }

    [Fact]
    public async Task Nodes_that_are_away_cannot_be_made_to_differ()
    {
        await _nodes.PauseAsync("node2");
        Assert.Equal(
            (HttpStatusCode.Conflict, "node2 does not run: start it first, or the others could not be told apart."),
            await ProblemAsync("POST", "/api/repair/lab/diverge?net=trees", await _console.TokenAsync()));
        await _nodes.ResumeAsync("node2");
        Assert.StartsWith("That could not be done: ", (await ProblemAsync("POST", "/api/repair/lab/diverge?net=trees", await _console.TokenAsync())).Problem, StringComparison.Ordinal);
        Assert.Null((await _console.SendAsync("GET", "/api/repair/lab", null)).Answer["divergence"]);
    }

    [Fact]
    public async Task The_API_answers_as_its_document_says_and_the_lab_only_where_there_is_one()
    {
        Assert.Equal(
            ["/api/repair", "/api/repair/tree", "/api/repair/row", "/api/repair/run", "/api/repair/lab", "/api/repair/lab/diverge", "/api/repair/lab/start", "/api/repair/lab/read"],
            (await PathsAsync(_console)).Where(static path => path.StartsWith("/api/repair", StringComparison.Ordinal)));
        await using var plain = await ConsoleOverSocket.StartAsync();
        Assert.DoesNotContain("/api/repair/lab", await PathsAsync(plain));
        using var lab = await plain.Client.GetAsync(plain.Address("/api/repair/lab"), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, lab.StatusCode);
        Assert.DoesNotContain("Make them differ", await plain.Client.GetStringAsync(plain.Address("/repair"), Cancel), StringComparison.Ordinal);
        Assert.Contains("Make them differ", await _console.Client.GetStringAsync(_console.Address("/repair"), Cancel), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> PathsAsync(ConsoleOverSocket console) =>
        (await console.SendAsync("GET", "/api/openapi.json", null)).Answer["paths"]!.AsObject().Select(static path => path.Key).ToList();

    private async Task<(HttpStatusCode Status, string Problem)> ProblemAsync(string method, string path, string? token)
    {
        var (status, answer) = await _console.SendAsync(method, path, token);
        return (status, (string)answer["problem"]!);
    }
}
