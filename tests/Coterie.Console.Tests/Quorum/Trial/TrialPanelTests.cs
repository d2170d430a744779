using Bunit;
using Coterie.WebConsole.Pages;
using Coterie.WebConsole.Quorum;
using Coterie.WebConsole.Quorum.Trial;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

public sealed class TrialPanelTests : BunitContext
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeTrialDesk _desk = new();

    public TrialPanelTests()
    {
        Services.AddSingleton<Predictions>();
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton<ITrialDesk>(_desk);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void The_setting_of_the_page_is_tried()
    {
        var page = Open("?r=1");
        page.Find("#trials").Change("300");
        page.Find("#trial-start").Click();
        page.Find("#trial-measure").Click();
        Assert.Equal(["1 QUORUM 300", "1 QUORUM 0"], _desk.Asked);
    }

    [Fact]
    public void What_cannot_be_tried_is_told_and_the_page_lives()
    {
        _desk.Refusal = "N is 5 in dc1, which has 3 nodes.";
        var page = Open("?n=5");
        page.Find("#trial-start").Click();
        Assert.Equal(_desk.Refusal, page.Find("#trial-problem").TextContent);
        page.Find("#r-count").Input("1");
        Assert.Equal("Eventual", page.Find(".promise").TextContent);
    }

    [Fact]
    public void What_was_measured_is_drawn_over_what_was_predicted()
    {
        _desk.Shown = Trials.Look(TrialPhase.Done);
        var page = Open("?r=1&w=1");
        var charts = page.FindAll(".trial-charts .chart");
        Assert.Equal(3, charts.Count);
        Assert.All(charts, static chart => Assert.Equal((1, 1), (chart.QuerySelectorAll("svg[role=img] .curve.predicted").Length, chart.QuerySelectorAll("svg[role=img] .curve.measured").Length)));
        Assert.Equal("N = 3, W = 1, R = 1: 100 trials, in ms", page.Find("#trial-figures caption").TextContent);
        Assert.Equal("90 % of 100 reads saw the write before them.", page.Find("#trial-sentence").TextContent);

        page.Find("#n-0").Input("5");
        Assert.Contains("which is not what is set above any more", page.Find("#trial-figures caption").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_that_runs_is_followed_until_it_ends_and_can_be_stopped()
    {
        _desk.Shown = Trials.Look(TrialPhase.Trying);
        var page = Open();
        Assert.Equal(("50", "100"), (page.Find("#trial-progress").GetAttribute("value"), page.Find("#trial-progress").GetAttribute("max")));
        page.Find("#trial-stop").Click();
        Assert.Equal(["stop"], _desk.Asked);

        _desk.Measured = Trials.Delays;
        _desk.Shown = Trials.Look(TrialPhase.Done);
        page.WaitForAssertion(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Empty(page.FindAll("#trial-progress"));
        });
        page.WaitForAssertion(() => Assert.Equal("this cluster, measured 12:00:00 UTC", page.Find("#model option[value=cluster]").TextContent));
    }

    [Fact]
    public void The_delays_of_the_cluster_become_the_model_and_a_link_has_it()
    {
        _desk.Measured = Trials.Delays;
        _desk.Shown = Trials.Look(TrialPhase.Done);
        var page = Open();
        page.Find("#trial-predict").Click();
        Assert.Equal("cluster", page.Find("#model").GetAttribute("value"));
        Assert.Empty(page.FindAll("#trial-predict"));

        page = Open("?model=cluster");
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Empty(page.FindAll("#own"));
    }

    [Fact]
    public void A_link_with_delays_that_are_not_known_any_more_says_so()
    {
        var page = Open("?r=1&model=cluster");
        Assert.Contains("the delays of this cluster are not known", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<QuorumPage> Open(string query = "")
    {
        var navigation = Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo(navigation.BaseUri + query);
        return Render<QuorumPage>();
    }
}
