using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>The schema of the real cluster.</summary>
public sealed class SchemaPageTests(ConsoleInBrowser console)
{
    private const string Ask = """
        async statement => (await fetch("api/query", {
          method: "POST",
          headers: { "X-Coterie-Token": document.querySelector("meta[name=coterie-token]").content },
          body: JSON.stringify({ statement }),
        })).text()
        """;

    [Fact]
    public async Task A_table_is_found_and_shown_and_its_CQL_makes_it_again()
    {
        await using var page = await console.OpenAsync("schema");
        await Expect(page.Page.Locator("[data-keyspace=system_schema]")).ToBeVisibleAsync();
        await AskAsync(page, "CREATE KEYSPACE IF NOT EXISTS seen WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}");
        await AskAsync(page, "DROP TABLE IF EXISTS seen.\"Carts\"");
        await AskAsync(page, "CREATE TABLE seen.\"Carts\" (id int, at timestamp, note text STATIC, items map<text, int>, PRIMARY KEY (id, at)) WITH CLUSTERING ORDER BY (at DESC) AND comment = 'it''s a cart'");

        await page.Page.Locator("#again").ClickAsync();
        await page.Page.Locator("#filter").FillAsync("seen.cart");
        await Expect(page.Page.Locator("#found")).ToHaveTextAsync("1 table found");
        await page.Page.Locator("[data-table='seen.Carts']").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator(".schema-table tbody tr")).ToHaveTextAsync(["idintpartition key", "attimestampclustering, descending", "notetextstatic", "itemsmap<text, int>regular"]);
        await Expect(page.Page.Locator("[data-table='seen.Carts']")).ToHaveAttributeAsync("aria-expanded", "true");
        await Looks.AreRightAsync(page);
        await page.PictureAsync("schema-laptop-light");

        var cql = await page.Page.Locator(".schema-table .code code").TextContentAsync();
        await AskAsync(page, "DROP TABLE seen.\"Carts\"");
        await page.Page.Locator("#again").ClickAsync();
        await Expect(page.Page.Locator("#found")).ToHaveTextAsync("0 tables found");
        await AskAsync(page, cql!);
        await page.Page.Locator("#again").ClickAsync();
        await Expect(page.Page.Locator(".schema-table .code code")).ToHaveTextAsync(cql!);
    }

    [Theory]
    [InlineData(ConsoleInBrowser.LaptopWidth, ColorScheme.Dark)]
    [InlineData(ConsoleInBrowser.PhoneWidth, ColorScheme.Light)]
    [InlineData(ConsoleInBrowser.PhoneWidth, ColorScheme.Dark)]
    public async Task Nothing_is_cut_off_and_everything_is_accessible(int width, ColorScheme scheme)
    {
        await using var page = await console.OpenAsync("schema?filter=coterie_check", width, scheme);
        await page.Page.Locator("[data-table='coterie_check.ready']").ClickAsync();
        await Expect(page.Page.Locator(".schema-table .code")).ToBeVisibleAsync();
        await Looks.AreRightAsync(page);
        await page.PictureAsync($"schema-{(width == ConsoleInBrowser.PhoneWidth ? "phone" : "laptop")}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
    }

    private static async Task AskAsync(ConsolePage page, string statement) =>
        Assert.Contains("\"rows\":[]", await page.Page.EvaluateAsync<string>(Ask, statement), StringComparison.Ordinal);
}
