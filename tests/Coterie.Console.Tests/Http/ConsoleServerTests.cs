using System.Net;
using System.Text.Json.Nodes;
using Coterie.WebConsole.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.WebConsole.Tests.Http;

/// <summary>The console over a real socket, without a browser.</summary>
public sealed class ConsoleServerTests : IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private ConsoleServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await ConsoleServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), new ConsoleCluster([]), TimeProvider.System, NullLoggerFactory.Instance, null, Cancel);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_page_is_whole_before_any_script_has_run_and_asks_nobody_else_for_anything()
    {
        var (status, text, headers) = await GetAsync("/?r=1");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(">Eventual<", text, StringComparison.Ordinal);
        Assert.Equal(RequestGuard.ContentPolicy, Assert.Single(headers.GetValues("Content-Security-Policy")));
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]* src=)", text);
        Assert.DoesNotMatch("<style|\\sstyle=|\\son[a-z]+=", text);
    }

    [Fact]
    public async Task Every_asset_that_the_page_names_is_there_and_may_be_kept()
    {
        var (_, text, _) = await GetAsync("/");
        var assets = System.Text.RegularExpressions.Regex.Matches(text, "(?:href|src)=\"(assets/[^\"]+)\"").Select(static match => match.Groups[1].Value).ToList();
        Assert.Equal(5, assets.Count);
        foreach (var asset in assets)
        {
            var (status, content, headers) = await GetAsync("/" + asset);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.NotEmpty(content);
            Assert.Contains("immutable", headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_stylesheet_is_in_the_one_that_pages_get()
    {
        var (_, styles, _) = await GetAsync("/assets/console.css");
        var assembly = typeof(ConsoleServer).Assembly;
        var files = assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".css", StringComparison.Ordinal)).ToList();
        Assert.True(files.Count > 1);
        foreach (var file in files)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(file)!);
            Assert.Contains(await reader.ReadToEndAsync(TestContext.Current.CancellationToken), styles, StringComparison.Ordinal);
        }
    }

    /// <summary>All pages have all styles: a class that two of them name would make the one look like the other.</summary>
    [Fact]
    public void No_two_pages_have_a_style_for_a_class_of_the_same_name()
    {
        var assembly = typeof(ConsoleServer).Assembly;
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".css", StringComparison.Ordinal) && !name.EndsWith("console.css", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(file)!);
            foreach (var name in System.Text.RegularExpressions.Regex.Matches(reader.ReadToEnd(), @"(?:^|,\s*)\.([\w-]+)(?=\s*[,{])", System.Text.RegularExpressions.RegexOptions.Multiline).Select(static match => match.Groups[1].Value))
            {
                Assert.True(owners.TryAdd(name, file) || owners[name] == file, $"the class {name} has a style in {owners[name]} and in {file}");
            }
        }

        Assert.True(owners.Count > 50);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("example.com:{port}")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("10.0.0.1:{port}")]
    [InlineData("localhost.example.com:{port}")]
    public async Task A_host_that_is_not_this_machine_is_refused(string host)
    {
        var (status, text, _) = await GetAsync("/api/quorum", ("Host", host.Replace("{port}", $"{_server.Address.Port}", StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode.Forbidden, "This console answers only under an address of its own machine.\n"), (status, text));
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("https://127.0.0.1:{port}")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    public async Task Another_sites_pages_are_refused_the_connection_of_a_page_too(string origin)
    {
        foreach (var path in new[] { "/", "/api/quorum", "/_blazor/negotiate?negotiateVersion=1" })
        {
            var (status, _, _) = await GetAsync(path, ("Origin", origin.Replace("{port}", $"{_server.Address.Port}", StringComparison.Ordinal)));
            Assert.Equal(HttpStatusCode.Forbidden, status);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Its_own_pages_are_served_under_its_own_names(string name)
    {
        var host = $"{name}:{_server.Address.Port}";
        var (status, _, _) = await GetAsync("/api/quorum", ("Host", host), ("Origin", $"http://{host}"));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task The_API_answers_as_its_document_says()
    {
        var (_, document, _) = await GetAsync("/api/openapi.json");
        var (status, text, _) = await GetAsync("/api/quorum?n=3,3&r=LOCAL_QUORUM&w=EACH_QUORUM&dead=1");

        var answer = JsonNode.Parse(text)!.AsObject();
        Assert.Equal((HttpStatusCode.OK, "strong", 1), (status, (string)answer["promise"]!, (int)answer["sureToMeet"]!));
        var get = JsonNode.Parse(document)!["paths"]!["/api/quorum"]!["get"]!;
        var schema = get["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        Assert.Equal(schema.Select(static one => one.Key), answer.Select(static one => one.Key));
        Assert.Equal(["n", "r", "w", "from", "at", "up", "model", "remote", "dead"], get["parameters"]!.AsArray().Select(static one => (string)one!["name"]!));
        foreach (var parameter in get["parameters"]!.AsArray())
        {
            // Its example, in a cluster that has what it names.
            var (one, said, _) = await GetAsync($"/api/quorum?n=3,3&{(string)parameter!["name"]! switch { "n" => "", var name => $"{name}={Uri.EscapeDataString((string)parameter["example"]!)}" }}".TrimEnd('&'));
            Assert.True(one == HttpStatusCode.OK, said);
        }
    }

    [Theory]
    [InlineData("?r=4", "R must be from 1 to 3, the number of replicas, not 4")]
    [InlineData("?w=0", "W = 0 would acknowledge a write that no replica has; W must be at least 1")]
    [InlineData("?n=3&n=5", "n stands there more than once; for several data centres write n=3,3")]
    [InlineData("?model=w%3Dpareto(0.2,0.001);ars%3D1", "the shape of a Pareto delay must be at least 0.1: with less, its longest delays have no finite length; not 'pareto(0.2,0.001)'")]
    [InlineData("?x=1", "there is no parameter 'x'; there are at, dead, from, model, n, r, remote, up, w")]
    public async Task A_question_that_makes_no_sense_gets_its_reasons(string query, string problem)
    {
        var (status, text, _) = await GetAsync("/api/quorum" + query);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal([problem], JsonNode.Parse(text)!["problems"]!.AsArray().Select(static one => (string)one!));
    }

    [Fact]
    public async Task What_is_not_there_is_said_not_to_be()
    {
        var paths = JsonNode.Parse((await GetAsync("/api/openapi.json")).Text)!["paths"]!.AsObject().Select(static path => path.Key).ToList();
        Assert.Equal((HttpStatusCode.NotFound, $"Here are: {string.Join(' ', paths)} /api/openapi.json\n"), (await GetAsync("/api/nothing")) is var (status, text, _) ? (status, text) : default);
        Assert.DoesNotContain(paths, static path => path.Contains("/lab", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/nothing")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/assets/nothing.css")).Status);
    }

    [Fact]
    public async Task Without_a_development_cluster_there_is_no_lab()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/lab")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/api/lab")).Status);
        Assert.DoesNotContain("lab\"", (await GetAsync("/")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/api/lab", (await GetAsync("/api/openapi.json")).Text, StringComparison.Ordinal);
        using var kill = await _client.PostAsync($"http://{_server.Address}/api/lab/nodes/node1/kill", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, kill.StatusCode);
    }

    [Fact]
    public async Task Where_there_is_no_page_a_page_says_so_to_who_asked_for_one()
    {
        var (status, text, _) = await GetAsync("/nothing");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("There is no such page", text, StringComparison.Ordinal);
        using var posted = await _client.PostAsync($"http://{_server.Address}/nothing", null, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
    }

    [Fact]
    public async Task A_query_without_end_is_refused()
    {
        var query = "?n=" + new string('3', 5_000);
        var (status, page, headers) = await GetAsync("/" + query);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, status);
        Assert.Contains("<h1>That link is too long</h1>", page, StringComparison.Ordinal);
        Assert.Contains("4,096 characters", page, StringComparison.Ordinal);
        Assert.Equal(RequestGuard.ContentPolicy, Assert.Single(headers.GetValues("Content-Security-Policy")));
        Assert.Equal((HttpStatusCode.RequestUriTooLong, "A query is at most 4096 characters long.\n"), (await GetAsync("/api/quorum" + query)) is var (refused, text, _) ? (refused, text) : default);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, (await GetAsync("/?n=" + new string('3', 50_000))).Status);
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_have_is_told_which_it_has()
    {
        foreach (var (path, allowed) in new[] { ("/api/quorum", "GET"), ("/api/quorum/trial", "GET, POST, DELETE"), ("/api/openapi.json", "GET") })
        {
            using var answer = await _client.PutAsync($"http://{_server.Address}{path}", null, Cancel);
            Assert.Equal((HttpStatusCode.MethodNotAllowed, $"Here is answered: {allowed}\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
            Assert.Equal(allowed.Split(", "), answer.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task What_may_change_something_says_in_the_document_which_header_it_takes()
    {
        var document = JsonNode.Parse((await GetAsync("/api/openapi.json")).Text)!;
        var scheme = Assert.Single(document["components"]!["securitySchemes"]!.AsObject());
        Assert.Equal(("apiKey", "header", "X-Coterie-Token"), ((string)scheme.Value!["type"]!, (string)scheme.Value["in"]!, (string)scheme.Value["name"]!));
        foreach (var (method, operation) in document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject()))
        {
            Assert.Equal(method == "get" ? [] : new[] { scheme.Key }, operation!["security"]?.AsArray().SelectMany(static one => one!.AsObject().Select(static pair => pair.Key)) ?? []);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => ConsoleServer.StartAsync(_server.Address, new ConsoleCluster([]), TimeProvider.System, NullLoggerFactory.Instance, null, Cancel));
        Assert.Contains($"{_server.Address}", error.Message, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Text, System.Net.Http.Headers.HttpResponseHeaders Headers)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{_server.Address}{path}");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response.Headers);
    }
}
