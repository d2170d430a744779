using Deque.AxeCore.Playwright;
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

    /// <summary>
    /// Text that is cut off, or that another text lies on: of every element with text of its own, and of the texts in pictures.
    /// </summary>
    private const string FindCollisions = """
        () => {
          const shown = [...document.querySelectorAll("main *, header *")].filter(e => {
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            const r = e.getBoundingClientRect();
            return own && r.width > 1 && r.height > 1 && !["OPTION", "TITLE"].includes(e.tagName) && !e.closest(".skip");
          });
          const name = e => e.tagName.toLowerCase() + "." + (e.getAttribute("class") ?? "") + " '" + e.textContent.trim().slice(0, 40) + "'";
          const found = [];
          for (const e of shown) {
            const r = e.getBoundingClientRect();
            const scrolls = e.closest("pre, .scroll");
            if (!scrolls && (r.left < -0.5 || r.right > innerWidth + 0.5)) found.push("outside: " + name(e));
            if (!scrolls && !(e instanceof SVGElement) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline" && e.tagName !== "SELECT") found.push("cut off: " + name(e));
          }
          const texts = shown.filter(e => !e.closest("pre"));
          for (let i = 0; i < texts.length; i++) {
            for (let j = i + 1; j < texts.length; j++) {
              const [a, b] = [texts[i], texts[j]];
              if (a.contains(b) || b.contains(a)) continue;
              for (const p of a.getClientRects()) for (const q of b.getClientRects()) {
                const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                if (x > 2 && y > 4) found.push("on each other: " + name(a) + " and " + name(b));
              }
            }
          }
          return found;
        }
        """;

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
        await page.PictureAsync($"{name}-{(width == ConsoleInBrowser.PhoneWidth ? "phone" : "laptop")}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");

        await LooksRightAsync(page);
        Assert.Contains(page.Requests, static address => address.Contains("assets/quorum.css", StringComparison.Ordinal));
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

    /// <summary>Of a page as it is now: nothing is cut off or outside or on another, everything has its name, and nobody complained or was asked elsewhere.</summary>
    internal static async Task LooksRightAsync(ConsolePage page)
    {
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(FindCollisions));
        Assert.True(await page.Page.EvaluateAsync<bool>("document.scrollingElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
        var axe = await page.Page.RunAxe();
        Assert.NotEmpty(axe.Passes);
        var violations = string.Join('\n', axe.Violations.Select(static violation =>
            $"{violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Select(static node => node.Html))}"));
        Assert.True(violations.Length == 0, violations);
        Assert.Empty(page.Complaints);
        Assert.All(page.Requests, address => Assert.StartsWith(page.Address, address, StringComparison.Ordinal));
    }

    private static Task<string> BackgroundAsync(ConsolePage page) => page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
