using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>The calculator, as somebody uses it.</summary>
public sealed class QuorumPageTests(ConsoleInBrowser console)
{
    [Fact]
    public async Task Sliders_move_by_keyboard_and_everything_follows()
    {
        await using var page = await console.OpenAsync();
        await Expect(page.Promise).ToHaveTextAsync("Strong");

        await page.Page.Locator("#r-count").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");

        await Expect(page.Promise).ToHaveTextAsync("Eventual");
        await Expect(page.Page.Locator("#r-level")).ToHaveValueAsync("ONE");
        await Expect(page.Page.Locator(".dot.both")).ToHaveCountAsync(0);
        await Expect(page.Page).ToHaveURLAsync(page.Address + "?r=1");

        await page.Page.Keyboard.PressAsync("End");
        await Expect(page.Promise).ToHaveTextAsync("Strong");
        await Expect(page.Page.Locator("#r-level")).ToHaveValueAsync("ALL");
        await Expect(page.Page.Locator(".dot.both")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task The_whole_page_can_be_reached_by_keyboard_in_the_order_it_is_read()
    {
        await using var page = await console.OpenAsync("?n=3");
        var reached = new List<string>();
        await page.Page.EvaluateAsync("document.activeElement.blur()");
        for (var i = 0; i < 60 && !reached.Contains("pre"); i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateAsync<string>("(() => { const e = document.activeElement; return e.id || e.getAttribute('data-node') || e.tagName.toLowerCase(); })()"));
        }

        string[] expected = ["n-0", "w-count", "w-level", "r-count", "r-level", "1", "2", "3", "up", "model", "pre"];
        Assert.Equal(expected, reached.Where(expected.Contains));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("Enter")]
    public async Task A_replica_is_killed_by_a_key(string key)
    {
        await using var page = await console.OpenAsync();
        await page.Page.Locator("[data-node='2']").FocusAsync();
        var before = await page.Page.EvaluateAsync<double>("scrollY");
        await page.Page.Keyboard.PressAsync(key == " " ? "Space" : key);
        await Expect(page.Page.Locator("[data-node='2']")).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(before, await page.Page.EvaluateAsync<double>("scrollY"));
        await page.Page.Keyboard.PressAsync(key == " " ? "Space" : key);
        await Expect(page.Page.Locator("[data-node='2']")).ToHaveAttributeAsync("aria-pressed", "false");
    }

    [Fact]
    public async Task Two_replicas_killed_by_a_click_stop_a_quorum_and_bringing_them_back_resumes_it()
    {
        await using var page = await console.OpenAsync();
        await page.Page.Locator("[data-node='1']").ClickAsync();
        await Expect(page.Page.Locator(".chip.bad")).ToHaveCountAsync(0);
        await page.Page.Locator("[data-node='2']").ClickAsync();
        await Expect(page.Page.Locator(".chip.bad")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator(".states")).ToContainTextAsync("with 1, 2 dead");
        await page.PictureAsync("dead-laptop-light");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Bring all back" }).ClickAsync();
        await Expect(page.Page.Locator(".chip.bad")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_link_opens_what_it_was_copied_from()
    {
        await using var page = await console.OpenAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Two data centres" }).ClickAsync();
        await page.Page.Locator("#r-from").SelectOptionAsync("dc2");
        await page.Page.Locator("#model").SelectOptionAsync("ymmr");
        await page.Page.Locator("[data-node='4']").ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(new Regex("dead=4"));

        await using var other = await console.OpenAsync(new Uri(page.Page.Url).Query);

        await Expect(other.Promise).ToHaveTextAsync("Strong within a data centre");
        await Expect(other.Page.Locator("#r-from")).ToHaveValueAsync("dc2");
        await Expect(other.Page.Locator("#model")).ToHaveValueAsync("ymmr");
        await Expect(other.Page.Locator("[data-node='4']")).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task A_link_with_nonsense_says_so_and_the_page_lives()
    {
        await using var page = await console.OpenAsync("?n=3&r=9&w=0&model=%3Cimg%20src=x%20onerror=alert(1)%3E");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("R must be from 1 to 3");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("W = 0 would acknowledge");
        await Expect(page.Page.Locator("main img")).ToHaveCountAsync(0);
        await page.PictureAsync("nonsense-laptop-light");

        await page.Page.Locator("#r-count").FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await Expect(page.Promise).ToHaveTextAsync("Eventual");
    }

    [Fact]
    public async Task Code_can_be_copied_and_the_address_too()
    {
        await using var page = await console.OpenAsync("?r=1");
        await page.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"], new() { Origin = page.Address.TrimEnd('/') });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Node.js" }).ClickAsync();
        await Expect(page.Page.Locator("#sample")).ToContainTextAsync("consistencies.one");
        await page.Page.Locator(".code .button").ClickAsync();
        await Expect(page.Page.Locator(".code .button")).ToHaveTextAsync("Copied");
        Assert.Contains("consistencies.one", await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"), StringComparison.Ordinal);
    }
}
