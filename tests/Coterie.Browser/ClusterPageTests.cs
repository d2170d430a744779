using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>The Cluster and Metrics pages, over a real cluster.</summary>
public sealed class ClusterPageTests(ConsoleInBrowser console)
{
    private const string Calm = "All 3 nodes are up, and see each other so.";

    [Fact]
    public async Task The_ring_is_drawn_and_all_three_see_each_other_up()
    {
        await using var page = await console.OpenAsync("cluster");

        await Expect(page.Page.Locator(".sentence")).ToHaveTextAsync(Calm);
        await Expect(page.Page.Locator(".opinion.up")).ToHaveCountAsync(9);
        foreach (var owner in new[] { 0, 1, 2 })
        {
            Assert.True(await page.Page.Locator($".arc.owner-{owner}").CountAsync() > 0);
        }

        Assert.Equal(3, (await page.Page.EvaluateAsync<string[]>("[...new Set([...document.querySelectorAll('.arc')].map(a => getComputedStyle(a).stroke))]")).Length);
        await Expect(page.Page.GetByRole(AriaRole.Table, new() { Name = "The owners of the ring" }).GetByRole(AriaRole.Row)).ToHaveCountAsync(4);

        // It moves by itself: each node has been asked twice.
        await Expect(page.Page.Locator("[data-node=node1] td").Nth(3)).Not.ToHaveTextAsync("–");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_killed_node_is_seen_down_by_the_others_and_up_again()
    {
        await using var page = await console.OpenAsync("cluster");
        await Expect(page.Page.Locator(".sentence")).ToHaveTextAsync(Calm);
        await page.ActAsync("node2", "kill");
        try
        {
            await Expect(page.Page.Locator(".sentence")).ToHaveTextAsync("node2 does not answer. node1 and node3 see node2 down.");
            await Expect(page.Page.Locator(".views .silent")).ToHaveTextAsync("does not answer");
            await Expect(page.Page.Locator(".arc.down.owner-1").First).ToBeVisibleAsync();
            await Expect(page.Page.Locator("[data-node=node2] .state")).ToHaveTextAsync("no answer");
            await page.PictureAsync("cluster-killed-laptop-light");
        }
        finally
        {
            await page.ActAsync("node2", "start");
        }

        await Expect(page.Page.Locator(".sentence")).ToHaveTextAsync(Calm);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Metrics_are_filtered_by_keyboard_and_the_link_restores_it()
    {
        await using var page = await console.OpenAsync("metrics");
        await page.Page.Locator("#filter").FocusAsync();
        await page.Page.Keyboard.TypeAsync("cql_requests");

        await Expect(page.Page.Locator(".family")).ToHaveCountAsync(1);
        await Expect(page.Page.Locator(".rate")).ToHaveCountAsync(3);
        await Expect(page.Page).ToHaveURLAsync(page.Address + "metrics?filter=cql_requests");

        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("#filter")).ToHaveValueAsync("cql_requests");
        await Expect(page.Page.Locator(".family")).ToHaveCountAsync(1);
        Assert.Empty(page.Complaints);
    }
}
