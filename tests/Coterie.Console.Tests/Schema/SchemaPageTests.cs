using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bunit;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Query;
using Coterie.WebConsole.Schema;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.WebConsole.Tests.Schema;

/// <summary>The page and the API without a node that answers, and what they draw of a table.</summary>
public sealed class SchemaPageTests : BunitContext
{
    private readonly ConsoleCluster _cluster;

    public SchemaPageTests()
    {
        // A port that nobody listens at: it was free a moment ago.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        _cluster = new ConsoleCluster([new ConsoleNode("node1", (IPEndPoint)free.LocalEndpoint, (IPEndPoint)free.LocalEndpoint)]);
        Services.AddSingleton(_cluster);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<ClusterQueries>();
        Services.AddSingleton<ClusterSchema>();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void Without_a_node_the_page_says_so_and_lives()
    {
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo($"{navigation.BaseUri}schema?filter={new string('<', 300)}");
        var page = Render<SchemaPage>();
        for (var i = 0; i < 2; i++)
        {
            page.WaitForAssertion(() => Assert.StartsWith("No node answers: 127.0.0.1:", page.Find("#problem").TextContent, StringComparison.Ordinal));
            page.WaitForAssertion(() => Assert.False(page.Find("#again").HasAttribute("disabled")));
            page.Find("#again").Click();
        }

        Assert.Equal(new string('<', SchemaLimits.FilterLengthMax), page.Find("#filter").GetAttribute("value"));
    }

    [Fact]
    public void A_table_is_drawn_with_headers_and_its_names_are_text()
    {
        var table = new SchemaTable("k", "<b>t</b>", [new SchemaColumn("<i>", "clustering", 0, "map<text, int>", "desc")], new Dictionary<string, string> { ["comment"] = "'<u>'" }, "CREATE …;");
        var drawn = Render<SchemaTableView>(parameters => parameters.Add(static one => one.Table, table).Add(static one => one.Id, "x"));
        Assert.Empty(drawn.FindAll("b, i, u"));
        Assert.Equal(["name", "type", "kind"], drawn.FindAll("thead th[scope=col]").Select(static one => one.TextContent));
        Assert.Equal(("<i>", "clustering, descending"), (drawn.Find("tbody th[scope=row]").TextContent, drawn.FindAll("tbody td")[1].TextContent));
        Assert.Equal(drawn.Find(".code button").GetAttribute("data-copy"), drawn.Find(".code code").Id);
    }

    [Fact]
    public async Task The_API_says_that_no_node_answers_and_describes_itself()
    {
        var cancel = Xunit.TestContext.Current.CancellationToken;
        await using var server = await ConsoleServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), _cluster, TimeProvider.System, NullLoggerFactory.Instance, null, cancel);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var path in new[] { "schema", "schema/system/local", "schema/%27%3B/%3C" })
        {
            using var answer = await client.GetAsync($"http://{server.Address}/api/{path}", cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.StartsWith("No node answers", (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!["problem"]!, StringComparison.Ordinal);
        }

        var paths = JsonNode.Parse(await client.GetStringAsync($"http://{server.Address}/api/openapi.json", cancel))!["paths"]!;
        Assert.NotNull(paths["/api/schema"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["properties"]!["keyspaces"]);
        Assert.Equal(["200", "503", "404"], paths["/api/schema/{keyspace}/{table}"]!["get"]!["responses"]!.AsObject().Select(static one => one.Key));
    }
}
