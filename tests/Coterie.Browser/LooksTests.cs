using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>Both themes, laptop and phone: nothing cut off, nothing on top of another, everything named; and nothing asked of anybody else.</summary>
public sealed class LooksTests(ConsoleInBrowser console)
{
    private const string Usual = "";
    private const string Stale = "?r=1&w=1&model=lnkd-disk";
    private const string Places = "?n=3,3&r=LOCAL_QUORUM&w=EACH_QUORUM&dead=1,2&remote=40";
    private const string Most = "?n=a-data-centre-with-a-name-of-forty-letters:9,9,9,9,9&r=23&w=ANY&model=w%3Dexp%285%29%3Bars%3Dexp%281%29";

    public static TheoryData<string, string, int, ColorScheme> Views
    {
        get
        {
            var views = new TheoryData<string, string, int, ColorScheme>();
            foreach (var (name, query) in new[] { ("usual", Usual), ("stale", Stale), ("places", Places), ("most", Most), ("cluster", "cluster"), ("metrics", "metrics") })
            {
                foreach (var width in new[] { ConsoleInBrowser.LaptopWidth, ConsoleInBrowser.PhoneWidth })
                {
                    views.Add(name, query, width, ColorScheme.Light);
                    views.Add(name, query, width, ColorScheme.Dark);
                }
            }

            return views;
        }
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Nothing_is_cut_off_or_lies_on_another_and_everything_is_accessible(string name, string query, int width, ColorScheme scheme)
    {
        await using var page = await console.OpenAsync(query, width, scheme);
        await Looks.AreRightAsync(page, $"{name}-{Looks.Name(width, scheme)}");
        Assert.Contains(page.Requests, static address => address.Contains("assets/console.css", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_theme_that_was_chosen_stays_from_the_first_paint_on()
    {
        await using var page = await console.OpenAsync();
        var light = await BackgroundAsync(page);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        var dark = await BackgroundAsync(page);
        Assert.NotEqual(light, dark);

        await page.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.Commit });
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.Page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
        Assert.Equal(dark, await BackgroundAsync(page));
    }

    private static Task<string> BackgroundAsync(ConsolePage page) => page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
