using Bunit;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Repair;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Tests.Repair;

public sealed class RepairPageTests : BunitContext
{
    private readonly FakeTrees _trees = new();
    private readonly FakeRepairLab _lab = new();

    public RepairPageTests()
    {
        Services.AddSingleton<IReplicaTrees>(_trees);
        Services.AddSingleton(TimeProvider.System);
    }

    [Fact]
    public void The_difference_is_descended_to_the_row_which_is_shown_before_and_after_the_repair()
    {
        var page = Open();
        page.Find("#table").Change("shop.cart");
        page.Find("form").Submit();
        Assert.StartsWith("The whole table: 1 of 4 parts differs.", page.Find("#seen").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll(".tree .part.different.taken").Count);
        Assert.Equal(6, page.FindAll(".tree .part.equal").Count);

        page.Find("#down").Click();

        Assert.Equal([(null, null), ("00000002", "00000003")], _trees.Asked);
        Assert.Equal("true", page.Find("#down").GetAttribute("aria-disabled"));
        Assert.Contains("different", page.Find("#row-before caption").TextContent, StringComparison.Ordinal);
        Assert.Contains("as it was", page.Find("#row-before").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#row-before b"));

        page.Find("#repair").Click();

        Assert.Equal(1, _trees.Repairs);
        Assert.Contains("equal", page.Find("#row-after caption").TextContent, StringComparison.Ordinal);
        Assert.Contains("as it was", page.Find("#row-before").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("as it was", page.Find("#row-after").TextContent, StringComparison.Ordinal);
        Assert.Equal("The same on both: 2000 rows, one hash.", page.Find("#seen").TextContent);
        Assert.StartsWith("Repaired in 0.5 s: 3 ranges compared", page.Find("#outcome").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop", "Name a table as keyspace.table.")]
    [InlineData("", "Name a table as keyspace.table.")]
    [InlineData("led.t", "the keyspace led is leader-based")]
    public void What_cannot_be_compared_is_told_why_and_the_page_lives(string table, string reason)
    {
        _trees.Problem = "the keyspace led is leader-based";
        var page = Open();
        page.Find("#table").Change(table);
        page.Find("form").Submit();
        Assert.Equal(reason, page.Find("#problem").TextContent);
        Assert.Empty(page.FindAll(".tree"));

        _trees.Problem = null;
        page.Find("#table").Change("shop.cart");
        page.Find("form").Submit();
        Assert.Empty(page.FindAll("#problem"));
        Assert.Equal(2, page.FindAll(".tree").Count);
    }

    [Fact]
    public void A_node_is_not_compared_with_itself()
    {
        var page = Open();
        page.Find("#table").Change("shop.cart");
        page.Find("#right").Change("id1");
        page.Find("form").Submit();
        Assert.Equal("Choose two different nodes.", page.Find("#problem").TextContent);
        Assert.Empty(_trees.Asked);
    }

    [Fact]
    public void Hints_that_wait_are_shown_as_they_come_and_a_node_that_is_away_is_named()
    {
        var page = Open();
        Assert.StartsWith("No hint waits", page.Find("#hints").TextContent, StringComparison.Ordinal);

        _trees.Overview = _trees.Overview with { Nodes = [_trees.Overview.Nodes[0], new("id3", "node3", false, false)], Hints = [new("node1", "node3", 2, 1_300, 4)] };

        page.WaitForAssertion(() => Assert.Equal("node1 keeps 2 hints (1,300 bytes) for node3.", page.Find("#hints").TextContent));
        Assert.Contains("away", page.Find(".nodes-line").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_node_the_page_says_so()
    {
        _trees.Overview = RepairOverview.Nothing;
        Assert.Equal("No node answers.", Open().Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Outside_of_a_lab_nothing_can_be_made_to_differ()
    {
        Assert.Empty(Open().FindAll(".nets"));
    }

    [Fact]
    public void In_the_lab_a_difference_is_made_and_a_read_catches_it()
    {
        Services.AddSingleton<IRepairLab>(_lab);
        var page = Open();

        page.Find("#diverge-read").Click();
        Assert.Equal("node3 alone was sent a write.", page.Find("#how").TextContent);
        Assert.Equal("They differ", page.Find("#caught-title").TextContent);
        _trees.IsEqual = true;
        page.Find("#read").Click();

        Assert.Equal(["diverge ReadRepair", "read"], _lab.Asked);
        Assert.Equal("Caught: they are equal again", page.Find("#caught-title").TextContent);
        Assert.Contains("second net", page.Find("#caught").TextContent, StringComparison.Ordinal);
        Assert.Contains("repaired", page.Find(".vote").TextContent, StringComparison.Ordinal);
        Assert.Contains("as it was", page.Find("#lab-before").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("as it was", page.Find("#lab-now").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_lab_the_trees_are_looked_at_and_the_table_is_repaired_by_a_button_each()
    {
        Services.AddSingleton<IRepairLab>(_lab);
        var page = Open();
        page.Find("#diverge-trees").Click();
        page.Find("#compare-lab").Click();
        Assert.StartsWith("The whole table: 1 of 4 parts differs.", page.Find("#seen").TextContent, StringComparison.Ordinal);
        page.Find("#repair-lab").Click();

        Assert.Equal(1, _trees.Repairs);
        Assert.StartsWith("Repaired in 0.5 s: 3 ranges compared", page.Find("#lab-outcome").TextContent, StringComparison.Ordinal);
        Assert.Contains("third net", page.Find("#caught").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_node_can_be_started_and_nothing_else()
    {
        Services.AddSingleton<IRepairLab>(_lab);
        var page = Open();
        page.Find("#diverge-hints").Click();
        Assert.Empty(page.FindAll("#read"));
        page.Find("#start").Click();
        Assert.Equal(["diverge Hints", "start"], _lab.Asked);
    }

    [Fact]
    public void While_a_difference_is_being_made_the_page_says_so_and_takes_no_second_press()
    {
        Services.AddSingleton<IRepairLab>(_lab);
        var ready = new TaskCompletionSource();
        _lab.Before = ready.Task;
        var page = Open();
        Assert.Equal("", page.Find("#making").TextContent);
        page.Find("#diverge-trees").Click();
        Assert.StartsWith("Working", page.Find("#making").TextContent, StringComparison.Ordinal);
        page.Find("#diverge-read").Click();
        ready.SetResult();
        page.WaitForAssertion(() => Assert.Equal("", page.Find("#making").TextContent));
        Assert.Equal(["diverge Trees"], _lab.Asked);
    }

    [Fact]
    public void A_refusal_of_the_lab_is_shown()
    {
        Services.AddSingleton<IRepairLab>(_lab);
        _lab.Refusal = "Something is under way already.";
        var page = Open();
        page.Find("#diverge-trees").Click();
        Assert.Equal(_lab.Refusal, page.Find("#lab-problem").TextContent);
    }

    /// <summary>After all services are there: the renderer takes no more.</summary>
    private IRenderedComponent<RepairPage> Open()
    {
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        return Render<RepairPage>();
    }
}
