using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>A trial on a cluster of its own: a node of it is taken away, and what became of the trial is on every page of that console.</summary>
public sealed class TrialFaultTests : IAsyncLifetime
{
    private readonly ConsoleInBrowser _console = new();

    public ValueTask InitializeAsync() => _console.InitializeAsync();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task A_trial_goes_on_when_a_node_dies_and_says_what_that_cost()
    {
        await using var page = await _console.OpenAsync();
        await page.Page.Locator("#trials").SelectOptionAsync("5000");
        await page.Page.Locator("#trial-start").ClickAsync();
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync("Writing with W = QUORUM, reading with R = QUORUM.");
        await page.ActAsync("node3", "kill");

        // A quorum of the two that live: no read misses its write, and only what was on its way to the dead one may fail.
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync(new Regex("^All [0-9,]+ reads saw the write before them\\."));
        await Expect(page.Page.Locator("#trial-problem")).ToContainTextAsync("node3");
        await Expect(page.Page.Locator(".trial-charts svg[role=img] .curve.measured")).ToHaveCountAsync(3);
        await Looks.AreRightAsync(page);
        await page.PictureAsync("trial-killed-laptop-light");

        Assert.Empty(page.Complaints);
    }
}
