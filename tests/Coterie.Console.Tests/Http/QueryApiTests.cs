using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coterie.WebConsole.Tests.Http;

/// <summary><c>/api/query</c> over a real socket, with a cluster that is not there: what is refused before a node is asked.</summary>
public sealed class QueryApiTests : IAsyncLifetime
{
    private ConsoleOverSocket _console = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _console = await ConsoleOverSocket.StartAsync();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Nothing_is_asked_without_the_token_of_a_page(string? token) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("{\"statement\":\"SELECT\"}", token)).Status);

    [Theory]
    [InlineData("{", "the request is not the JSON that /api/openapi.json describes")]
    [InlineData("null", "the request is null")]
    [InlineData("{}", "there is no statement")]
    [InlineData("{\"statement\":\"  \"}", "there is no statement")]
    [InlineData("{\"statement\":\"SELECT\",\"pageSize\":0}", "a page has from 1 to 1000 rows, not 0")]
    [InlineData("{\"statement\":\"SELECT\",\"consistency\":\"MOST\"}", "there is no such consistency level; there are ")]
    [InlineData("{\"statement\":\"SELECT\",\"pagingState\":\"*\"}", "the paging state is not one that a page brought")]
    public async Task A_request_that_makes_no_sense_is_told_why(string body, string reason)
    {
        var (status, answer) = await PostAsync(body, await _console.TokenAsync("/query"));
        Assert.Equal((HttpStatusCode.BadRequest, "Refused"), (status, (string)answer["code"]!));
        Assert.StartsWith(reason, (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_that_is_too_long_is_not_sent()
    {
        var token = await _console.TokenAsync("/query");
        var (status, answer) = await PostAsync(JsonSerializer.Serialize(new { statement = new string('x', 20_000) }), token);
        Assert.Equal((HttpStatusCode.BadRequest, "the statement is 20,000 characters long; it may be 16,384"), (status, (string)answer["message"]!));

        (status, answer) = await PostAsync(JsonSerializer.Serialize(new { statement = new string('x', 100_000) }), token);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "Refused"), (status, (string)answer["code"]!));
    }

    [Fact]
    public async Task Without_a_cluster_it_says_so()
    {
        var (status, answer) = await PostAsync("{\"statement\":\"SELECT\"}", await _console.TokenAsync("/query"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "NodeLost"), (status, (string)answer["code"]!));
    }

    private Task<(HttpStatusCode Status, JsonObject Answer)> PostAsync(string body, string? token) => _console.SendAsync("POST", "/api/query", token, body);
}
