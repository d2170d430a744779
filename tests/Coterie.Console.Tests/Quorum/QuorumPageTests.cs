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

    private IRenderedComponent<QuorumPage> Open(string query = "")
    {
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(navigation.BaseUri + query);
        return Render<QuorumPage>();
    }
}
