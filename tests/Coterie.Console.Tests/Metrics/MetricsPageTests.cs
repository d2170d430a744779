using Bunit;
using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Metrics;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Tests.Cluster;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Tests.Metrics;

public sealed class MetricsPageTests : BunitContext
{
    private const string Text = "# HELP a_total Apples\n# TYPE a_total counter\na_total{kind=\"red\"} 1234567\na_total{kind=\"green\"} 4\n# HELP b Bees\n# TYPE b gauge\nb 0.25\n";

    private readonly FakeWatch _watch = new();

    public MetricsPageTests()
    {
        Services.AddSingleton<IClusterWatch>(_watch);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void Nodes_stand_side_by_side_and_one_that_is_dead_is_named()
    {
        var page = Show(Moments.Of(With(1, Text), Moments.Silent(2)));

        Assert.Equal(["metric", "node1", "node2"], page.FindAll("thead th").Select(static head => head.TextContent));
        Assert.Equal(["a_total counterApples", "b gaugeBees"], page.FindAll(".family th").Select(static head => head.TextContent));
        Assert.Equal(["1,234,567", "–", "4", "–", "0.25", "–"], page.FindAll("tbody td").Select(static cell => cell.TextContent));
        Assert.StartsWith("node2: no node answers", page.Find(".silent-node").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_filter_works_as_it_is_typed_and_the_address_restores_it()
    {
        var page = Show(Moments.Of(With(1, Text)));
        Assert.Equal("2 metrics", page.Find("#found").TextContent);

        page.Find("#filter").Input("apples red");

        Assert.Equal("{kind=\"red\"}", page.Find("tbody th[scope=row]").TextContent);
        Assert.Equal("1 of 2 metrics", page.Find("#found").TextContent);
        Assert.EndsWith("/metrics?filter=apples%20red", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);

        page.Find("#filter").Input("pears");
        Assert.Empty(page.FindAll("table"));
        Assert.Contains("Nothing has all of these words.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_with_a_filter_opens_it_and_one_that_is_nonsense_is_told()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("metrics?filter=%3Cscript%3E");
        Assert.Equal("<script>", Render<MetricsPage>().Find("#filter").GetAttribute("value"));

        Services.GetRequiredService<NavigationManager>().NavigateTo($"metrics?filter={new string('x', 300)}");
        Assert.Contains("more than 200 characters", Render<MetricsPage>().Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ten_thousand_series_some_are_shown_and_the_rest_counted()
    {
        var page = Show(Moments.Of(With(1, "# TYPE a gauge\n" + string.Concat(Enumerable.Range(0, 10_000).Select(static i => $"a{{table=\"t{i}\"}} {i}\n")) + "b 1\n")));
        Assert.Contains("and 9,992 more series; filter by its name", page.Markup, StringComparison.Ordinal);
        Assert.InRange(page.FindAll("tr").Count, 10, 20);
    }

    private static NodeAnswer With(int number, string text) => Moments.Answer(number) with { Metrics = MetricsParser.Parse(text) };

    private IRenderedComponent<MetricsPage> Show(ClusterMoment moment)
    {
        var page = Render<MetricsPage>();
        _watch.Publish(moment);
        page.WaitForState(() => page.FindAll("[aria-busy]").Count == 0);
        return page;
    }
}
