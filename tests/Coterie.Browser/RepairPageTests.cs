using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>Replicas made to differ, and mended, as somebody does it who wants to see it.</summary>
public sealed class RepairPageTests(ConsoleInBrowser console)
{

    [Fact]
    public async Task A_difference_is_descended_to_its_row_by_keyboard_and_repaired()
    {
        await using var page = await OpenAsync(ConsoleInBrowser.LaptopWidth, ColorScheme.Light);
        await DivergeAsync(page, "#diverge-trees");
        await Expect(page.Page.Locator("#lab-before")).ToContainTextAsync("as it was");
        await CompareUntilCutAsync(page);
        await Expect(page.Page.Locator("#seen")).ToContainTextAsync("The whole table: 1 of ");
        await page.Page.Locator("#down").FocusAsync();
        for (var step = 0; step < 10 && await page.Page.Locator("#row-before").CountAsync() == 0; step++)
        {
            var levels = await page.Page.Locator(".tree").First.Locator(".branch.taken").CountAsync();
            await page.Page.Keyboard.PressAsync("Enter");
            await Expect(page.Page.Locator(".tree").First.Locator(".branch.taken")).ToHaveCountAsync(levels + 1);
            await Expect(page.Page.Locator("#repair")).ToBeEnabledAsync();
        }

        await Expect(page.Page.Locator("#row-before caption")).ToContainTextAsync("different");
        await LooksAsync(page, "repair-row-laptop-light");

        await page.Page.Locator("#repair").ClickAsync();

        await Expect(page.Page.Locator("#row-after caption")).ToContainTextAsync("equal");
        await Expect(page.Page.Locator("#row-before")).ToContainTextAsync("as it was");
        await Expect(page.Page.Locator("#row-after")).Not.ToContainTextAsync("as it was");
        await Expect(page.Page.Locator("#seen")).ToContainTextAsync("The same on both: 2000 rows, one hash.");
        await Expect(page.Page.Locator("#caught-title")).ToContainTextAsync("equal again");
        await LooksAsync(page, "repair-after-laptop-light");
    }

    [Fact]
    public async Task A_read_finds_the_stale_replicas_and_mends_them()
    {
        await using var page = await OpenAsync(ConsoleInBrowser.PhoneWidth, ColorScheme.Dark);
        await DivergeAsync(page, "#diverge-read");

        await page.Page.Locator("#read").ClickAsync();

        await Expect(page.Page.Locator(".vote .chip", new() { HasText = "repaired" }).First).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#caught")).ToContainTextAsync("the second net has caught it");
        await LooksAsync(page, "repair-read-phone-dark");
    }

    [Fact]
    public async Task A_hint_waits_for_the_killed_replica_and_is_delivered_when_it_returns()
    {
        await using var page = await OpenAsync(ConsoleInBrowser.LaptopWidth, ColorScheme.Dark);
        await page.Page.Locator("#diverge-hints").ClickAsync();
        await Expect(page.Page.Locator("#hints")).ToContainTextAsync("for node3");
        await page.Page.Locator("#start").ClickAsync();

        await Expect(page.Page.Locator("#caught")).ToContainTextAsync("the first net has caught it");
        await Expect(page.Page.Locator("#hints")).ToContainTextAsync("No hint waits");
        await LooksAsync(page, "repair-hints-laptop-dark");
    }

    [Theory]
    [InlineData(ConsoleInBrowser.PhoneWidth, ColorScheme.Light)]
    [InlineData(ConsoleInBrowser.LaptopWidth, ColorScheme.Dark)]
    public async Task Two_equal_trees_look_well(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(width, scheme);
        await DivergeAsync(page, "#diverge-read");
        await page.Page.Locator("#read").ClickAsync();
        await Expect(page.Page.Locator("#caught-title")).ToContainTextAsync("equal again");
        await CompareUntilCutAsync(page);
        await Expect(page.Page.Locator(".tree .part.different")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator("#seen")).ToContainTextAsync("The same on both");
        await LooksAsync(page, $"repair-equal-{width}-{scheme}");
    }

    /// <summary>A table that has just been filled is one leaf until its nodes have read it.</summary>
    private static async Task CompareUntilCutAsync(ConsolePage page)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            await page.Page.Locator("#compare-lab").FocusAsync();
            await page.Page.Keyboard.PressAsync("Enter");
            await Expect(page.Page.Locator("#seen")).Not.ToBeEmptyAsync();
            await Expect(page.Page.Locator("#compare-lab")).ToBeEnabledAsync();
            if (!(await page.Page.Locator("#seen").TextContentAsync())!.Contains("one leaf", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    private async Task<ConsolePage> OpenAsync(int width, ColorScheme scheme)
    {
        var page = await console.OpenAsync("repair", width, scheme);
        await Expect(page.Page.Locator(".nodes-line .chip.good")).ToHaveCountAsync(3);
        return page;
    }

    private static async Task DivergeAsync(ConsolePage page, string button)
    {
        await page.Page.Locator(button).ClickAsync();
        await Expect(page.Page.Locator("#how")).ToContainTextAsync("node3 alone was sent a write");
        await Expect(page.Page.Locator("#lab-now")).ToBeVisibleAsync();
    }

    private static async Task LooksAsync(ConsolePage page, string name)
    {
        await page.PictureAsync(name);
        await Looks.AreRightAsync(page);
    }
}
