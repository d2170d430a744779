using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>The lab, as somebody uses it, on a cluster for each test alone: its nodes are taken away.</summary>
public sealed class LabPageTests : IAsyncLifetime
{
    /// <summary>Longer than a node takes to come back on a machine that has other work.</summary>

    /// <summary>
    /// Waits until the leader-based keyspace takes no write and then does again, whatever short that is. How many writes the leaderless one has taken meanwhile.
    /// </summary>
    private const string RedBeginsAndEnds = """
        patience => new Promise((done, failed) => {
          const taken = () => Number(document.querySelector(".stream.w dd").textContent.replaceAll(",", ""));
          const end = performance.now() + patience;
          let before = null;
          const look = () => {
            const waits = document.querySelector(".stream.r .gap").classList.contains("bad");
            if (waits && before === null) before = taken();
            if (!waits && before !== null) return done(taken() - before);
            if (performance.now() > end) return failed(new Error(before === null ? "it did not begin" : "it did not end"));
            requestAnimationFrame(look);
          };
          look();
        })
        """;

    /// <summary>Of a stream's drawing: how many red grounds begin at the last fault, within a second, and end before now.</summary>
    private const string GroundsAtFault = """
        svg => {
          const at = [...svg.querySelector(".fault").getAttribute("d").matchAll(/M([\d.]+) /g)].map(m => Number(m[1])).at(-1);
          return [...svg.querySelector(".ground").getAttribute("d").matchAll(/M([\d.]+) \d+V0H([\d.]+)V/g)]
            .filter(m => Math.abs(Number(m[1]) - at) < 10 && Number(m[2]) > at && Number(m[2]) < 599).length;
        }
        """;

    private readonly ConsoleInBrowser _console = new();

    public ValueTask InitializeAsync() => _console.InitializeAsync();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task While_the_leader_is_paused_the_leader_based_line_turns_red_and_the_leaderless_one_goes_on()
    {
        await using var page = await OpenWritingAsync();
        var leader = await LeaderAsync(page);
        await Expect(page.Page.Locator(".stream.r .gap.bad")).ToHaveCountAsync(0);

        var red = page.Page.EvaluateAsync<int>(RedBeginsAndEnds, ConsoleInBrowser.PatienceMs);
        await Button(page, "Pause", leader).ClickAsync();

        Assert.True(await red > 0, "the leaderless keyspace took no write meanwhile");
        await Expect(State(page, leader)).ToHaveTextAsync("paused");
        Assert.Equal(1, await page.Page.Locator(".stream.r .bars").EvaluateAsync<int>(GroundsAtFault));
        await Expect(page.Page.Locator(".faults tbody th")).ToHaveTextAsync($"{leader} paused, led");
        await Expect(page.Page.Locator(".faults tbody td").Last).ToHaveTextAsync("still");

        await Button(page, "Resume", leader).ClickAsync();
        await Expect(State(page, leader)).ToHaveTextAsync("up");
        await Expect(page.Page.Locator(".faults tbody td").Last).Not.ToHaveTextAsync("still");
        await StopAndFindAllAsync(page);
    }

    [Fact]
    public async Task By_keyboard_the_leader_is_killed_then_the_majority_and_both_come_back()
    {
        await using var page = await OpenWritingAsync();
        var leader = await LeaderAsync(page);
        await PressAsync(page, Button(page, "Kill", leader));
        await Expect(State(page, leader)).ToHaveTextAsync("dead");
        await Expect(page.Page.Locator("#announced")).ToHaveTextAsync($"{leader} was killed.");
        await Expect(Button(page, "Start again", leader)).ToBeFocusedAsync();
        await Expect(Button(page, "Pause", leader)).ToBeDisabledAsync();
        await Expect(page.Page.Locator(".faults tbody th")).ToHaveTextAsync($"{leader} killed, led");
        var next = await LeaderAsync(page);
        await GoesOnAsync(page, "r");
        await GoesOnAsync(page, "w");

        await PressAsync(page, Button(page, "Kill", next));
        await Expect(page.Page.Locator(".sentence")).ToContainTextAsync("The rest is no majority");
        await Expect(page.Page.Locator(".stream .gap.bad")).ToHaveCountAsync(2);
        await page.PictureAsync("lab-no-majority-laptop-light");

        await PressAsync(page, Button(page, "Start again", leader));
        await Expect(page.Page.Locator(".stream .gap.bad")).ToHaveCountAsync(0);
        await GoesOnAsync(page, "r");
        await GoesOnAsync(page, "w");
        await PressAsync(page, Button(page, "Start again", next));
        await Expect(State(page, next)).ToHaveTextAsync("up");

        await StopAndFindAllAsync(page);
        foreach (var (width, scheme) in Looks.Kinds.Select(static kind => kind.Data))
        {
            await using var other = await _console.OpenAsync("lab", width, scheme);
            await Looks.AreRightAsync(other, $"lab-done-{Looks.Name(width, scheme)}");
        }
    }

    [Fact]
    public async Task It_looks_right_before_anything_has_run_and_while_a_node_is_away()
    {
        foreach (var (width, scheme) in Looks.Kinds.Select(static kind => kind.Data))
        {
            await using var idle = await _console.OpenAsync("lab", width, scheme);
            await Looks.AreRightAsync(idle, $"lab-idle-{Looks.Name(width, scheme)}");
        }

        await using var page = await OpenWritingAsync();
        await Button(page, "Pause", "node3").ClickAsync();
        await Expect(State(page, "node3")).ToHaveTextAsync("paused");
        foreach (var (width, scheme) in Looks.Kinds.Select(static kind => kind.Data))
        {
            await using var live = await _console.OpenAsync("lab", width, scheme);
            await Expect(State(live, "node3")).ToHaveTextAsync("paused");
            await Looks.AreRightAsync(live, $"lab-live-{Looks.Name(width, scheme)}");
        }

        await Button(page, "Resume", "node3").ClickAsync();
        await Expect(State(page, "node3")).ToHaveTextAsync("up");
    }

    private static ILocator Button(ConsolePage page, string word, string node) => page.Page.GetByRole(AriaRole.Button, new() { Name = $"{word} {node}", Exact = true });

    private static ILocator State(ConsolePage page, string node) => page.Page.Locator($"[data-node={node}] .state");

    private static async Task PressAsync(ConsolePage page, ILocator button)
    {
        await button.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
    }

    private static async Task<string> LeaderAsync(ConsolePage page)
    {
        var leader = page.Page.Locator(".node", new() { Has = page.Page.Locator(".leads") });
        await Expect(leader).ToHaveCountAsync(1);
        return (await leader.GetAttributeAsync("data-node"))!;
    }

    /// <summary>A stream takes writes: more than it has taken by now.</summary>
    private static async Task GoesOnAsync(ConsolePage page, string stream)
    {
        var taken = page.Page.Locator($".stream.{stream} dd").First;
        await Expect(taken).Not.ToHaveTextAsync(await taken.InnerTextAsync());
    }

    private static async Task StopAndFindAllAsync(ConsolePage page)
    {
        await page.Page.Locator("#writes").ClickAsync();
        await Expect(page.Page.Locator(".sentence")).ToContainTextAsync("writes that were acknowledged are there");
        await Expect(page.Page.GetByText("all that was acknowledged is there")).ToHaveCountAsync(2);
        await Expect(page.Page.Locator("#writes")).ToHaveTextAsync("Start again");
    }

    /// <summary>The page with the writes running, started by keyboard.</summary>
    private async Task<ConsolePage> OpenWritingAsync()
    {
        var page = await _console.OpenAsync("lab");
        await PressAsync(page, page.Page.Locator("#writes"));
        await Expect(page.Page.Locator("#writes")).ToHaveTextAsync("Stop the writes");
        await GoesOnAsync(page, "w");
        await GoesOnAsync(page, "r");
        return page;
    }
}
