using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>Real writes and reads from the page, on the real cluster.</summary>
public sealed class TrialTests(ConsoleInBrowser console)
{
    private const string AskForKeyspaces = """
        async () => (await fetch("api/query", {
          method: "POST",
          headers: { "X-Coterie-Token": document.querySelector("meta[name=coterie-token]").content },
          body: JSON.stringify({ statement: "SELECT keyspace_name FROM system_schema.keyspaces" }),
        })).text()
        """;

    [Fact]
    public async Task A_trial_is_drawn_over_the_prediction_and_leaves_nothing_behind()
    {
        await using var page = await console.OpenAsync("?r=1&w=1");
        await page.Page.Locator("#trials").SelectOptionAsync("300");
        await page.Page.Locator("#trial-start").ClickAsync();
        await Expect(page.Page.Locator("#trial-progress")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync(new Regex("^(All|[0-9.]+ % of) 300 reads saw the write before them\\.$"));

        await Expect(page.Page.Locator("#trial-problem")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator(".trial-charts svg[role=img] .curve.predicted")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator(".trial-charts svg[role=img] .curve.measured")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator("#trial-figures tbody tr")).ToHaveCountAsync(6);
        await Looks.AreRightAsync(page);
        await page.PictureAsync("trial-laptop-light");

        await page.Page.Locator("#trial-predict").ClickAsync();
        await Expect(page.Page.Locator("#model")).ToHaveValueAsync("cluster");
        await Expect(page.Page).ToHaveURLAsync(new Regex("model=cluster"));

        // Another page, on a phone and in the dark, shows the same and is drawn as well.
        await using var other = await console.OpenAsync(new Uri(page.Page.Url).Query, ConsoleInBrowser.PhoneWidth, ColorScheme.Dark);
        await Expect(other.Page.Locator("#model")).ToHaveValueAsync("cluster");
        await Looks.AreRightAsync(other);
        await other.PictureAsync("trial-phone-dark");

        var trial = await page.Page.APIRequest.GetAsync(page.Address + "api/quorum/trial");
        Assert.Contains("\"phase\":\"Done\"", await trial.TextAsync(), StringComparison.Ordinal);
        var keyspaces = await page.Page.EvaluateAsync<string>(AskForKeyspaces);
        Assert.Contains("system_schema", keyspaces, StringComparison.Ordinal);
        Assert.DoesNotContain("coterie_trial", keyspaces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_can_be_stopped_and_begun_again()
    {
        await using var page = await console.OpenAsync();
        await page.Page.Locator("#trials").SelectOptionAsync("5000");
        await page.Page.Locator("#trial-start").ClickAsync();
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync("Writing with W = QUORUM, reading with R = QUORUM.");
        await page.Page.Locator("#trial-stop").ClickAsync();
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync(new Regex("^Stopped\\. "));
        await page.Page.Locator("#trial-measure").ClickAsync();
        await Expect(page.Page.Locator("#trial-sentence")).ToHaveTextAsync("The delays between the nodes of this cluster have been measured.");
    }

    [Theory]
    [InlineData("?n=5", "N is 5 in dc1, which has 3 nodes: each copy takes a node of its own, so it cannot be tried here with more than 3.")]
    [InlineData("?n=3,3", "The setting has copies in a data centre dc2, and this cluster has dc1 (3 nodes): it cannot be tried here.")]
    public async Task What_this_cluster_cannot_try_is_said(string query, string why)
    {
        await using var page = await console.OpenAsync(query);
        await page.Page.Locator("#trial-start").ClickAsync();
        await Expect(page.Page.Locator("#trial-problem")).ToHaveTextAsync(why);
        await Looks.AreRightAsync(page);
        await page.Page.Locator("#r-count").FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Expect(page.Promise).ToHaveTextAsync("Eventual");
    }
}
