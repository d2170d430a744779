using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>CQL in the browser, as somebody writes it.</summary>
public sealed class QueryPageTests(ConsoleInBrowser console)
{
    private const int Rows = 25;
    private const int TriesMax = 10;

    private const string Ask = """
        async statement => {
          const token = document.querySelector("meta[name=coterie-token]").content;
          const answer = await fetch("/api/query", {
            method: "POST",
            headers: { "X-Coterie-Token": token, "Content-Type": "application/json" },
            body: JSON.stringify({ statement }),
          });
          return answer.ok ? "" : await answer.text();
        }
        """;

    [Fact]
    public async Task A_statement_is_completed_by_keyboard_run_by_keyboard_and_the_vote_of_all_replicas_is_drawn()
    {
        await using var page = await OpenAsync(console, "completed");
        await ClearAsync(page);
        await page.Page.Keyboard.TypeAsync("sel");
        await Expect(page.Page.Locator("#suggestion-0")).ToContainTextAsync("SELECT");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(Statement(page)).ToHaveAttributeAsync("aria-activedescendant", "suggestion-0");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(Statement(page)).ToHaveValueAsync("SELECT");
        await Expect(Statement(page)).ToBeFocusedAsync();

        await page.Page.Keyboard.TypeAsync(" v FROM completed.t WHERE id = 7");
        await Expect(page.Page.Locator("#suggestions li")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator(".drawn")).ToHaveTextAsync("SELECT v FROM completed.t WHERE id = 7");
        await Expect(Statement(page)).ToHaveValueAsync("SELECT v FROM completed.t WHERE id = 7");
        await page.Page.Keyboard.PressAsync("Control+Enter");

        await Expect(page.Page.Locator(".result td")).ToHaveTextAsync("row 7");
        await Expect(page.Page.Locator(".replica-vote")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator(".vote")).ToContainTextAsync("of 3 replicas were asked. 2 had to answer");
        Assert.InRange(await page.Page.Locator(".replica-vote .bar-fresh").CountAsync(), 2, 3);
        await Expect(Statement(page)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_answer_is_turned_page_by_page_by_keyboard()
    {
        await using var page = await OpenAsync(console, "paged");
        await page.Page.Locator("#page-size").SelectOptionAsync("10");
        await RunAsync(page, "SELECT id FROM paged.t");
        var seen = new List<string>();
        foreach (var (number, rows) in new[] { (1, 10), (2, 10), (3, 5) })
        {
            await Expect(page.Page.Locator(".result")).ToContainTextAsync($"{rows} rows on page {number}.");
            seen.AddRange(await page.Page.Locator(".result td").AllInnerTextsAsync());
            if (number < 3)
            {
                await page.Page.Locator("#next-page").FocusAsync();
                await page.Page.Keyboard.PressAsync("Enter");
            }
        }

        await Expect(page.Page.Locator("#next-page")).ToHaveCountAsync(0);
        Assert.Equal(Enumerable.Range(0, Rows), seen.Select(int.Parse).Order());
    }

    [Fact]
    public async Task A_syntax_error_is_shown_with_its_place_and_the_statement_can_be_mended()
    {
        await using var page = await console.OpenAsync("query");
        await RunAsync(page, "SELECT key\nFRM system.local");
        await Expect(page.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "SyntaxError" })).ToContainTextAsync("line 2:");
        Assert.Equal("FRM system.local\n^", (await page.Page.Locator(".place").TextContentAsync())!.TrimEnd());

        await RunAsync(page, "SELECT key FROM system.local");
        await Expect(page.Page.Locator(".result td")).ToHaveTextAsync("local");
        await Expect(page.Page.Locator("#problem")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_node_that_dies_while_it_is_asked_is_told_and_the_next_answers()
    {
        await using var own = new ConsoleInBrowser();
        await own.InitializeAsync();
        await using var page = await OpenAsync(own, "lost");
        await RunAsync(page, "SELECT v FROM lost.t WHERE id = 1");
        await Expect(page.Page.Locator(".replica-vote")).ToHaveCountAsync(3);

        // The first cannot have a quorum while the others are silent, and then dies.
        own.Pause("node2");
        own.Pause("node3");
        await RunAsync(page, "SELECT v FROM lost.t WHERE id = 2");
        await Expect(page.Page.Locator("#run")).ToHaveTextAsync("Asking…");
        own.Kill("node1");
        await Expect(page.Page.Locator("#problem")).ToContainTextAsync("NodeLost");
        await Expect(page.Page.Locator("#run")).ToHaveTextAsync("Run");
        await page.PictureAsync("query-lost-laptop-light");

        own.Resume("node2");
        own.Resume("node3");
        await DoAsync(page, "SELECT v FROM lost.t WHERE id = 2");
        await RunAsync(page, "SELECT v FROM lost.t WHERE id = 2");
        await Expect(page.Page.Locator(".result td")).ToHaveTextAsync("row 2");
        await Expect(page.Page.Locator(".replica-vote")).ToHaveCountAsync(3);
        await Expect(page.Page.Locator(".replica-vote .bar-fresh")).ToHaveCountAsync(2);
        Assert.Empty(page.Complaints);
    }

    [Theory]
    [MemberData(nameof(Looks.Kinds), MemberType = typeof(Looks))]
    public async Task It_looks_right_with_an_answer_with_suggestions_and_with_an_error(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(console, "looks", width, scheme);
        var name = Looks.Name(width, scheme);
        await page.Page.Locator("#page-size").SelectOptionAsync("10");
        await RunAsync(page, "SELECT id, v, a_long_name FROM looks.t WHERE /* three rows */ id IN (1, 2, 3)");
        await Expect(page.Page.Locator(".replica-vote")).ToHaveCountAsync(3);
        await Looks.AreRightAsync(page, $"query-vote-{name}");

        await RunAsync(page, "SELECT id, v, a_long_name FROM looks.t");
        await Expect(page.Page.Locator("#next-page")).ToBeVisibleAsync();
        await Looks.AreRightAsync(page, $"query-page-{name}");

        await RunAsync(page, "SELECT id FROM looks.t WHERE a_name_that_is_not_there_and_is_much_too_long_for_one_line_of_a_telephone ~ 1");
        await Expect(page.Page.Locator(".place")).ToBeVisibleAsync();
        await Looks.AreRightAsync(page, $"query-error-{name}");

        await ClearAsync(page);
        await page.Page.Keyboard.TypeAsync("SELECT * FROM looks.");
        await Expect(page.Page.Locator("#suggestion-0")).ToContainTextAsync("looks.t");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Page.Locator("#suggestion-0")).ToHaveAttributeAsync("aria-selected", "true");
        await Looks.AreRightAsync(page, $"query-suggestions-{name}");
    }

    private static ILocator Statement(ConsolePage page) => page.Page.Locator("#statement");

    /// <summary>The page, and a keyspace of that name with a table <c>t</c> of some rows.</summary>
    private static async Task<ConsolePage> OpenAsync(ConsoleInBrowser console, string keyspace, int width = ConsoleInBrowser.LaptopWidth, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await console.OpenAsync("query", width, scheme);
        await DoAsync(page, $"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}}");
        await DoAsync(page, $"CREATE TABLE IF NOT EXISTS {keyspace}.t (id int PRIMARY KEY, v text, a_long_name text)");
        var inserts = Enumerable.Range(0, Rows).Select(id => $"INSERT INTO {keyspace}.t (id, v, a_long_name) VALUES ({id}, 'row {id}', 'a value of row {id} that is longer than a column of a telephone')");
        await DoAsync(page, $"BEGIN UNLOGGED BATCH {string.Join("; ", inserts)}; APPLY BATCH");
        return page;
    }

    private static async Task ClearAsync(ConsolePage page)
    {
        await Statement(page).FocusAsync();
        await page.Page.Keyboard.PressAsync("Control+A");
        await page.Page.Keyboard.PressAsync("Delete");
        await Expect(Statement(page)).ToHaveValueAsync("");
    }

    /// <summary>Writes it and runs it by keyboard.</summary>
    private static async Task RunAsync(ConsolePage page, string statement)
    {
        await Statement(page).FillAsync(statement);
        await Expect(page.Page.Locator(".drawn")).ToHaveTextAsync(statement);
        await page.Page.Keyboard.PressAsync("Control+Enter");
    }

    /// <summary>By the API, with the token of the page, until it has been done: a cluster that has just come up, or lost a node, may refuse at first.</summary>
    private static async Task DoAsync(ConsolePage page, string statement)
    {
        var problem = "";
        for (var tries = 0; tries < TriesMax; tries++)
        {
            problem = await page.Page.EvaluateAsync<string>(Ask, statement);
            if (problem.Length == 0)
            {
                return;
            }
        }

        Assert.Fail(problem);
    }
}
