using Bunit;
using Coterie.WebConsole.Lab;
using Coterie.WebConsole.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Coterie.WebConsole.Tests.Lab;

public sealed class LabPageTests : BunitContext
{
    private readonly FakeDesk _desk = new();

    public LabPageTests()
    {
        Services.AddSingleton<ILabDesk>(_desk);
        Services.AddSingleton(TimeProvider.System);
    }

    [Fact]
    public void A_node_is_killed_and_paused_by_its_buttons_and_each_is_announced()
    {
        var page = Render<LabPage>();

        Button(page, "node2", 0).Click();
        Assert.Equal("node2 was killed.", page.Find("#announced").TextContent);
        Button(page, "node3", 1).Click();
        Assert.Equal("node3 is paused.", page.Find("#announced").TextContent);

        Assert.Equal(["Kill node2", "Pause node3"], _desk.Asked);
    }

    [Fact]
    public void A_dead_node_can_be_started_and_nothing_else()
    {
        _desk.Snapshot = Labs.With(LabPhase.Writing, LabNodeState.Dead, 3, null);
        var page = Render<LabPage>();

        Assert.Equal("Start again node2", Button(page, "node2", 0).TextContent);
        Assert.True(Button(page, "node2", 1).HasAttribute("disabled"));
        Button(page, "node2", 0).Click();

        Assert.Equal(["Start node2"], _desk.Asked);
    }

    [Fact]
    public void While_one_waits_its_number_counts_in_red_and_the_time_has_a_red_ground()
    {
        _desk.Snapshot = Labs.With(LabPhase.Writing, LabNodeState.Dead, 0, new LabFaultReport("node2", "killed", true, 9, null, 21, 1_000), 1_000);
        var page = Render<LabPage>();

        Assert.Equal("1,000 ms", page.Find(".stream.r .gap.bad .gap-length").TextContent);
        Assert.NotEqual("", page.Find(".stream.r .ground").GetAttribute("d"));
        Assert.NotEqual("", page.Find(".stream.r .refused").GetAttribute("d"));
        Assert.Equal("21 ms", page.Find(".stream.w .gap.good .gap-length").TextContent);
        Assert.Equal("", page.Find(".stream.w .ground").GetAttribute("d"));
        Assert.Equal("node2 killed, led", page.Find(".faults th[scope=row]").TextContent);
    }

    [Theory]
    [InlineData(LabPhase.Writing)]
    [InlineData(LabPhase.Done)]
    public void An_outage_of_two_faults_is_one_in_the_table_and_in_the_large_number(LabPhase phase)
    {
        _desk.Snapshot = Labs.With(phase, LabNodeState.Dead, 0, null) with
        {
            Faults = [new LabFaultReport("node2", "killed", true, 1, null, 21, 14_800), new LabFaultReport("node1", "killed", false, 5, null, 22, 0, LeaderBasedInOutage: true)],
        };
        var page = Render<LabPage>();

        Assert.Equal(["node1 killed", "22 ms", "in the outage before"], page.FindAll(".faults tbody tr:first-child th, .faults tbody tr:first-child td").Skip(1).Take(3).Select(static cell => cell.TextContent));
        Assert.Equal("14.8 s without a write when node2 was killed", page.Find(".stream.r .gap").TextContent);
        Assert.Equal("22 ms without a write when node1 was killed", page.Find(".stream.w .gap").TextContent);
    }

    [Fact]
    public void The_large_number_gets_no_smaller_at_the_end()
    {
        var fault = new LabFaultReport("node2", "killed", true, 1, null, 21, 240);
        _desk.Snapshot = Labs.With(LabPhase.Writing, LabNodeState.Dead, 0, fault, 14_800);
        Assert.Equal("14.8 s without a write, and counting", Render<LabPage>().Find(".stream.r .gap").TextContent);

        _desk.Snapshot = Labs.With(LabPhase.Done, LabNodeState.Dead, 0, fault, 14_800);
        Assert.Equal("14.8 s without a write until the end", Render<LabPage>().Find(".stream.r .gap").TextContent);
    }

    [Fact]
    public void A_node_that_did_not_come_back_before_the_next_fault_was_not_away_for_a_time()
    {
        var killed = new LabFaultReport("node2", "killed", false, 1, 7.7, 21, 21);
        _desk.Snapshot = Labs.Calm() with { Faults = [killed, killed with { Next = "killed" }, killed with { What = "paused", Next = "killed" }, killed with { To = null }] };

        Assert.Equal(["still", "then killed", "killed again", "6.7 s"], Render<LabPage>().FindAll(".faults tbody td:last-child").Select(static cell => cell.TextContent));
    }

    [Fact]
    public void The_page_follows_what_happens_without_being_touched()
    {
        var page = Render<LabPage>();
        Assert.Equal("node2 leads. Both keyspaces take every write.", page.Find(".sentence").TextContent);

        _desk.Snapshot = Labs.With(LabPhase.Writing, LabNodeState.Paused, 3, null);

        page.WaitForAssertion(() => Assert.Equal("paused", page.Find("[data-node=node2] .state").TextContent));
    }

    [Fact]
    public async Task The_writes_begin_with_the_chosen_workload_and_a_refusal_is_shown()
    {
        _desk.Snapshot = Labs.Calm(LabPhase.Idle);
        _desk.Refusal = "The writes cannot begin: no node runs.";
        var page = Render<LabPage>();

        // Within a turn of the page: between what is found and what is done to it the page may be drawn anew.
        await page.InvokeAsync(() => page.Find("#workload").Change("Carts"));
        await page.InvokeAsync(() => page.Find("#writes").Click());

        page.WaitForAssertion(() => Assert.Equal(_desk.Refusal, page.Find("[role=alert]").TextContent));
        Assert.Equal(["start Carts"], _desk.Asked);
        Assert.Equal("", page.Find("#announced").TextContent);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<LabPage> page, string node, int which) => page.FindAll($"[data-node={node}] button")[which];
}
