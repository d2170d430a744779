using Bunit;
using Coterie.Host.Admin;
using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Tests.Cluster;

public sealed class ClusterPageTests : BunitContext
{
    private readonly FakeWatch _watch = new();

    public ClusterPageTests()
    {
        Services.AddSingleton<IClusterWatch>(_watch);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void Three_nodes_that_are_well_are_drawn_with_their_shares_and_what_they_think_of_each_other()
    {
        var page = Show(Moments.Calm());

        Assert.Equal("All 3 nodes are up, and see each other so.", page.Find(".calm .sentence").TextContent);
        Assert.Equal(9, page.FindAll(".opinion.up").Count);
        Assert.Equal(["owner-0", "owner-1", "owner-2"], page.FindAll(".arc").Select(static arc => arc.ClassList[1]).Distinct().Order());
        Assert.Equal(["33.3 %", "33.3 %", "33.3 %"], page.FindAll(".ring-card tbody td:last-child").Select(static cell => cell.TextContent));
        Assert.Equal(["ready", "1h 2min", "5 MiB", "–"], page.FindAll("[data-node=node1] td").Take(4).Select(static cell => cell.TextContent));
        Assert.All(page.FindAll("table"), static table => Assert.NotNull(table.QuerySelector("caption")));
    }

    [Fact]
    public void The_page_follows_a_node_that_dies_and_says_why_it_is_silent()
    {
        var page = Show(Moments.Calm());
        _watch.Publish(Moments.Of(Moments.Answer(1, 3, 3), Moments.Answer(2, 3, 3), Moments.Silent(3)));

        page.WaitForAssertion(() => Assert.Equal("node3 does not answer. node1 and node2 see node3 down.", page.Find(".stirred .sentence").TextContent));
        Assert.Equal(2, page.FindAll(".opinion.down").Count);
        Assert.Equal("does not answer", page.Find(".views .silent").TextContent);
        Assert.Equal("no node answers at the admin address 127.0.0.3:9180: Connection refused", page.Find("[data-node=node3] .problem").TextContent);
        Assert.All(page.FindAll(".arc.down"), static arc => Assert.Contains("owner-2", arc.ClassList));
        Assert.NotEmpty(page.FindAll(".arc.down"));
    }

    [Fact]
    public void Without_any_node_and_with_none_that_answers_the_page_says_so()
    {
        var page = Render<ClusterPage>();
        Assert.Equal("Asking the nodes…", page.Find("[role=status]").TextContent);

        _watch.Publish(new ClusterMoment(1, [], null, 0));
        page.WaitForAssertion(() => Assert.Equal("This console stands beside no node.", page.Find(".sentence").TextContent));
        Assert.Empty(page.FindAll("table"));

        _watch.Publish(new ClusterMoment(2, [Moments.Silent(1)], null, 0));
        page.WaitForAssertion(() => Assert.Equal("node1 does not answer.", page.Find(".sentence").TextContent));
        Assert.Empty(page.FindAll(".arc"));
    }

    [Fact]
    public void Of_ten_thousand_tables_the_worst_are_listed_and_the_rest_counted()
    {
        var one = Moments.Answer(1);
        var tables = Enumerable.Range(0, 10_000).Select(static i => new TableReport("k", $"t{i}", [new PairReport(Moments.Id(2), i == 77 ? null : i, null)])).ToList();
        var page = Show(Moments.Of(one with { Status = one.Status! with { Tables = tables } }, Moments.Answer(2), Moments.Answer(3)));

        Assert.Equal(15, page.FindAll("#equal tbody tr").Count);
        Assert.Equal(("k.t77", "not since start"), (page.Find("#equal tbody th").TextContent, page.Find("#equal tbody td").TextContent));
        Assert.StartsWith("The 15 worst of 10,000 tables. Of all, 1 has a pair", page.Find("#equal-more").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_node_is_named_is_text_and_no_markup()
    {
        var one = Moments.Answer(1, 1);
        var page = Show(Moments.Of(one with { Status = one.Status! with { Cluster = "<img src=x>", Tables = [new TableReport("<b>", "t", [])] } }));
        Assert.Empty(page.FindAll("img, b"));
        Assert.Contains("“<img src=x>”", page.Find(".health").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<ClusterPage> Show(ClusterMoment moment)
    {
        var page = Render<ClusterPage>();
        _watch.Publish(moment);
        page.WaitForState(() => page.FindAll("[aria-busy]").Count == 0);
        return page;
    }
}
