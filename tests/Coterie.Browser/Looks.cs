using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Coterie.Browser;

/// <summary>How a page looks, as far as a program can tell: nothing cut off, nothing on top of another, everything named, the browser complains of nothing, and nobody else was asked for anything.</summary>
internal static class Looks
{
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
            const scrolls = e.closest("pre, .scroll, .rows");
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

    /// <summary>Laptop and phone, light and dark.</summary>
    public static TheoryData<int, ColorScheme> Kinds => new()
    {
        { ConsoleInBrowser.LaptopWidth, ColorScheme.Light },
        { ConsoleInBrowser.LaptopWidth, ColorScheme.Dark },
        { ConsoleInBrowser.PhoneWidth, ColorScheme.Light },
        { ConsoleInBrowser.PhoneWidth, ColorScheme.Dark },
    };

    public static string Name(int width, ColorScheme scheme) =>
        $"{(width == ConsoleInBrowser.PhoneWidth ? "phone" : "laptop")}-{(scheme == ColorScheme.Dark ? "dark" : "light")}";

    /// <param name="picture">The name of the picture that is kept of it.</param>
    public static async Task AreRightAsync(ConsolePage page, string picture)
    {
        await page.PictureAsync(picture);
        await AreRightAsync(page);
    }

    public static async Task AreRightAsync(ConsolePage page)
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
}
