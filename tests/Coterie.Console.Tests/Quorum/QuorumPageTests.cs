using Bunit;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Quorum;
using Coterie.WebConsole.Quorum.Trial;
using Coterie.WebConsole.Tests.Quorum.Trial;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.WebConsole.Tests.Quorum;

public sealed class QuorumPageTests : BunitContext
{
    /// <summary>A page that rests predicts, and what is done to it meanwhile waits: here it rests when a test says so.</summary>
    private readonly FakeTimeProvider _time = new();

    public QuorumPageTests()
    {
        Services.AddSingleton<Predictions>();
        Services.AddSingleton<ITrialDesk>(new FakeTrialDesk());
        Services.AddSingleton<TimeProvider>(_time);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void Moving_R_changes_verdict_level_and_sentence()
    {
        var page = Open();
        Assert.Equal("Strong", page.Find(".promise").TextContent);

        page.Find("#r-count").Input("1");

        Assert.Equal("Eventual", page.Find(".promise").TextContent);
        Assert.Contains("R + W = 1 + 2 = 3 is not more than N = 3", page.Find(".why").TextContent, StringComparison.Ordinal);
        Assert.Equal("ONE", page.Find("#r-level").GetAttribute("value"));
    }

    [Fact]
    public void Choosing_a_level_moves_the_slider()
    {
        var page = Open();
        page.Find("#w-level").Change("ALL");
        Assert.Equal("3", page.Find("#w-count").GetAttribute("value"));
        page.Find("#w-level").Change("ANY");
        Assert.Equal("a hint", page.Find("#w-count").ParentElement!.QuerySelector("output")!.TextContent);
        Assert.Equal("Eventual", page.Find(".promise").TextContent);
    }

    [Fact]
    public void A_number_that_CQL_has_no_name_for_says_so()
    {
        var page = Open("?n=5&r=4");
        Assert.Equal("no name: coterie.required", page.Find("#r-level option").TextContent);
    }

    [Fact]
    public void Killing_replicas_stops_reads_and_writes_and_bringing_them_back_resumes()
    {
        var page = Open();
        page.Find("[data-node='1']").Click();
        Assert.Empty(page.FindAll(".chip.bad"));
        Assert.Equal("Replica 1: dead", page.Find("[data-node='1']").GetAttribute("aria-label"));

        page.Find("[data-node='3']").Click();
        Assert.Equal(["Reads fail", "Writes fail", "Acknowledged data may be lost"], page.FindAll(".chip.bad").Select(static chip => string.Join(' ', chip.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains("with 1, 3 dead", page.Find(".states").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".band.r"));

        page.Find(".states .button").Click();
        Assert.Empty(page.FindAll(".chip.bad"));
    }

    [Fact]
    public void The_picture_has_one_dot_a_replica_and_as_many_shared_as_are_sure()
    {
        var page = Open("?n=5&r=4&w=4");
        Assert.Equal(5, page.FindAll(".dot").Count);
        Assert.Equal(3, page.FindAll(".dot.both").Count);
    }

    [Fact]
    public void Two_data_centres_show_who_is_sure_to_meet_whom()
    {
        var page = Open("?n=3,3&r=LOCAL_QUORUM&w=LOCAL_QUORUM");
        Assert.Equal("Strong within a data centre", page.Find(".promise").TextContent);
        Assert.Equal(["1", "may miss it", "may miss it", "1"], page.FindAll(".pairs td.number").Select(static cell => cell.TextContent));
        page.Find("#r-from").Change("dc2");
        Assert.Contains("they may have none in common", page.Find(".why").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_with_nonsense_says_what_is_wrong_and_the_page_lives()
    {
        var page = Open("?n=3&r=9&w=%3Cscript%3E");
        Assert.Contains("R must be from 1 to 3", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[role=alert] script"));
        Assert.Equal("Strong", page.Find(".promise").TextContent);

        page.Find("#r-count").Input("1");
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Equal("Eventual", page.Find(".promise").TextContent);
    }

    [Fact]
    public void The_address_follows_when_the_slider_rests()
    {
        var page = Open();
        page.Find("#n-0").Input("5");
        page.Find("[data-node='2']").Click();
        _time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.EndsWith("/?n=5&dead=2", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void A_wrong_model_of_ones_own_is_refused_with_its_reason_and_the_last_one_stays()
    {
        var page = Open();
        page.Find("#model").Change("own");
        Assert.Equal("w=exp(5);ars=exp(1)", page.Find("#own").GetAttribute("value"));
        page.Find("#own").Change("w=soon;ars=1");
        Assert.Contains("not 'soon'", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll("#own"));
    }

    [Fact]
    public void Availability_follows_its_slider()
    {
        var page = Open();
        Assert.Contains("99.9702 %", page.Find("[aria-labelledby=availability-title]").TextContent, StringComparison.Ordinal);
        page.Find("#up").Input("6");
        Assert.Contains("99.9997 %", page.Find("[aria-labelledby=availability-title]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_is_shown_in_the_language_that_was_pressed()
    {
        var page = Open();
        page.FindAll(".languages .button").Single(static button => button.TextContent == "Python").Click();
        Assert.Contains("consistency_level=ConsistencyLevel.QUORUM", page.Find("#sample").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void That_no_read_tried_has_missed_a_write_is_not_said_of_all_reads()
    {
        Assert.Contains("No read of 100,000 tried missed a write that had just been acknowledged.", Open("?n=9&r=5&w=4").Find(".seen").TextContent, StringComparison.Ordinal);
        Assert.Contains("All reads see a write the moment it is acknowledged.", Open("?n=9&r=5&w=5").Find(".seen").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_axis_of_nines_goes_as_far_as_the_curves()
    {
        var page = Open("?n=9&r=1&w=8");
        var panel = page.Find("[aria-labelledby=availability-title]");
        Assert.Contains("more than 99.99999999 %", panel.TextContent, StringComparison.Ordinal);
        Assert.Equal("50", panel.QuerySelectorAll("text[text-anchor=end]")[^1].TextContent);
        Assert.Contains("reads: 9 nines at 1 nines of each node, 45 at 5.", panel.QuerySelector("svg[role=img]")!.GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hint_that_is_enough_is_never_unavailable_in_the_chart() => Assert.Contains(
        "writes: all nines at 1 nines of each node, all at 5.",
        Open("?w=ANY").Find("[aria-labelledby=availability-title] svg[role=img]").GetAttribute("aria-label"),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("0.5", "50 %", "M48 ")]
    [InlineData("0.9999999", "99.99999 %", "M364 ")]
    public void An_availability_beyond_the_slider_is_said_and_marked_at_the_edge(string up, string shown, string mark)
    {
        var panel = Open($"?up={up}").Find("[aria-labelledby=availability-title]");
        Assert.Equal($"The slider goes from 90 % to 99.999 %; what counts here is {shown}, beyond the edge of the chart.", panel.QuerySelector("#up-beyond")!.TextContent);
        Assert.Equal("up-beyond", panel.QuerySelector("#up")!.GetAttribute("aria-describedby"));
        Assert.StartsWith(mark, panel.QuerySelector("path.mark")!.GetAttribute("d"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_link_what_makes_sense_is_kept_and_the_rest_is_named()
    {
        var page = Open("?n=5&r=1&w=1&model=cluster&up=2&dead=1&remote=7");
        Assert.Contains("N = 5 · W = 1 · R = 1", page.Find(".eyebrow").TextContent, StringComparison.Ordinal);
        Assert.Contains("with 1 dead", page.Find(".states").TextContent, StringComparison.Ordinal);
        Assert.StartsWith("A part of the link to this page makes no sense and is left out", page.Find("[role=alert] b").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            [
                "up: the node availability must be a number from 0 to 1, not '2'",
                "model: the delays of this cluster are not known: the console's Quorum page measures them, and forgets them when it ends",
            ],
            page.FindAll("[role=alert] li").Select(static item => item.TextContent));
    }

    [Theory]
    [InlineData("?n=3&n=4&r=3", "n stands there more than once; for several data centres write n=3,3", "N = 3 · W = 2 · R = 3")]
    [InlineData("?n=5&rr=2&r=1", "there is no parameter 'rr'; there are at, dead, from, model, n, r, remote, up, w", "N = 5 · W = 3 · R = 1")]
    [InlineData("?n=x&r=3&w=4", "n: N is a number of replicas, or one for each data centre: 3, or 3,3, or east:3,west:2; not 'x'|w: W must be from 1 to 3, the number of replicas, not 4", "N = 3 · W = 2 · R = 3")]
    [InlineData("?n=3,3&r=LOCAL_QUORUM&from=dc3&at=dc2", "from: there is no data centre 'dc3'; there are dc1, dc2", "N = 6 · W = 4 · R = 2")]
    public void What_a_link_says_twice_or_in_unknown_words_is_named_and_the_rest_is_kept(string link, string problems, string setting)
    {
        var page = Open(link);
        Assert.Equal(problems.Split('|'), page.FindAll("[role=alert] li").Select(static item => item.TextContent));
        Assert.Contains(setting, page.Find(".eyebrow").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_in_a_field_is_said_beside_it()
    {
        var page = Open("?n=3,3");
        page.Find("#model").Change("own");
        page.Find("#own").Change("w=soon;ars=1");
        var own = page.Find("#own");
        Assert.Equal(("true", "own-help model-problem", "w=soon;ars=1"), (own.GetAttribute("aria-invalid"), own.GetAttribute("aria-describedby"), own.GetAttribute("value")));
        Assert.Contains("not 'soon'", page.Find("[aria-labelledby=prediction-title] #model-problem[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll("[role=alert]"));

        page.Find("#own").Change("wars=1");
        Assert.Equal(("wars=1", null), (page.Find("#own").GetAttribute("value"), page.Find("#own").GetAttribute("aria-invalid")));
        Assert.Empty(page.FindAll("#model-problem"));

        page.Find("#remote").Change("-1");
        Assert.Equal(("true", "remote-problem"), (page.Find("#remote").GetAttribute("aria-invalid"), page.Find("#remote").GetAttribute("aria-describedby")));
        Assert.Contains("not '-1'", page.Find("#remote-problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_in_a_link_is_said_on_top_and_beside_the_field()
    {
        var page = Open("?up=2");
        Assert.Single(page.FindAll("[role=alert]"));
        Assert.Equal("the node availability must be a number from 0 to 1, not '2'", page.Find("#up-problem").TextContent);
        Assert.Equal(("true", "up-problem"), (page.Find("#up").GetAttribute("aria-invalid"), page.Find("#up").GetAttribute("aria-describedby")));
        page.Find("#up").Input("6");
        Assert.Empty(page.FindAll("#up-problem"));
    }

    [Fact]
    public void Left_of_one_replica_the_slider_of_W_has_the_hint_as_long_as_it_is_set()
    {
        var page = Open("?w=ANY");
        Assert.Equal(("0", "0"), (page.Find("#w-count").GetAttribute("min"), page.Find("#w-count").GetAttribute("value")));
        page.Find("#w-count").Input("0");
        Assert.Equal("ANY", page.Find("#w-level").GetAttribute("value"));
        page.Find("#w-count").Input("1");
        Assert.Equal(("1", "1"), (page.Find("#w-count").GetAttribute("min"), page.Find("#w-count").GetAttribute("value")));
        Assert.Equal("ONE", page.Find("#w-level").GetAttribute("value"));
    }

    [Theory]
    [InlineData("?dead=1,2", "Reads and writes stop now: too few replicas are up. The setting promises, once enough of them are back:")]
    [InlineData("?w=ALL&r=1&dead=1", "Writes stop now: too few replicas are up. The setting promises, once enough of them are back:")]
    [InlineData("?r=3&w=1&dead=1", "Reads stop now: too few replicas are up. The setting promises, once enough of them are back:")]
    public void While_too_few_are_up_the_verdict_says_that_requests_stop(string link, string now)
    {
        var page = Open(link);
        Assert.Equal(now, page.Find(".verdict .stops-now").TextContent);
        Assert.Contains("stopped", page.Find(".verdict").ClassList);
        Assert.Equal("Strong", page.Find(".promise").TextContent);

        page.Find(".states .button").Click();
        Assert.Empty(page.FindAll(".verdict .stops-now"));
        Assert.DoesNotContain("stopped", page.Find(".verdict").ClassList);
    }

    [Fact]
    public void One_replica_is_spoken_of_as_one()
    {
        var page = Open("?r=1&w=ALL&dead=1");
        Assert.Contains("the 1 replica that answers a read and the 3 replicas that took the latest write have", page.Find(".why").TextContent, StringComparison.Ordinal);
        Assert.Contains("As soon as it is known to be down writes are refused at once", page.Find("[aria-labelledby=failure-title]").TextContent, StringComparison.Ordinal);

        page = Open("?r=ALL&w=1&dead=1");
        Assert.Contains("If it loses its disk before the others have the write", page.Find("[aria-labelledby=failure-title]").TextContent, StringComparison.Ordinal);
        Assert.Contains("with 1 dead, if it never comes back", page.Find(".states").TextContent, StringComparison.Ordinal);

        Assert.Contains("A read is answered by the one replica, and the latest write was taken by the one in dc1", Open("?n=1&r=1&w=LOCAL_ONE").Find(".why").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<QuorumPage> Open(string query = "")
    {
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(navigation.BaseUri + query);
        return Render<QuorumPage>();
    }
}
