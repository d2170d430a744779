using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coterie.Browser;

/// <summary>The lab, as somebody uses it, on a cluster for each test alone: its nodes are taken away.</summary>
public sealed class LabPageTests : IAsyncLifetime
{
    /// <summary>Waits until a stream's drawing has a red ground that begins at the last fault, within a second, and ends before now.</summary>
    private const string GroundAtFaultEnds = """
        (svg, patience) => new Promise((done, failed) => {
          const end = performance.now() + patience;
          const look = () => {
            const at = [...svg.querySelector(".fault").getAttribute("d").matchAll(/M([\d.]+) /g)].map(m => Number(m[1])).at(-1);
            const grounds = svg.querySelector(".ground").getAttribute("d");
            const found = [...grounds.matchAll(/M([\d.]+) \d+V0H([\d.]+)V/g)]
              .some(m => Math.abs(Number(m[1]) - at) < 10 && Number(m[2]) > at && Number(m[2]) < 599);
            if (found) return done();
            if (performance.now() > end) return failed(new Error(`the fault is at ${at}, the grounds are ${grounds}`));
            requestAnimationFrame(look);
          };
          look();
        })
        """;

    private readonly ConsoleInBrowser _console = new();

    public ValueTask InitializeAsync() => _console.InitializeAsync();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory]
    [InlineData("Pause", "paused", "Resume")]
    [InlineData("Cut off", "cut off", "Join")]
    public async Task While_the_leader_is_away_the_leader_based_line_turns_red_and_the_leaderless_one_goes_on(string take, string taken, string bringBack)
    {
        await using var page = await OpenWritingAsync();
        await Expect(page.Page.Locator(".stream.r .gap.bad")).ToHaveCountAsync(0);

        // That the line waits may be over between two looks of the page; that it waited stays drawn.
        var leader = await TakeLeaderAsync(page, take, taken, bringBack);
        await GoesOnAsync(page, "w");
        await Expect(State(page, leader)).ToHaveTextAsync(taken);
        await Expect(Button(page, take == "Pause" ? "Cut off" : "Pause", leader)).ToBeDisabledAsync();
        await page.Page.Locator(".stream.r .bars").EvaluateAsync(GroundAtFaultEnds, ConsoleInBrowser.PatienceMs);
        await Expect(LastAway(page)).ToHaveTextAsync("still");
        Assert.NotEqual(leader, await LeaderAsync(page));
        await Looks.AreRightAsync(page, $"lab-{taken.Replace(' ', '-')}");

        await PressAsync(page, Button(page, bringBack, leader));
        await Expect(State(page, leader)).ToHaveTextAsync("up");
        await Expect(LastAway(page)).Not.ToHaveTextAsync("still");
        await StopAndFindAllAsync(page);
    }

    [Fact]
    public async Task By_keyboard_the_leader_is_killed_then_the_majority_and_both_come_back()
    {
        await using var page = await OpenWritingAsync();
        var leader = await TakeLeaderAsync(page, "Kill", "killed", "Start again");
        await Expect(State(page, leader)).ToHaveTextAsync("dead");
        await Expect(page.Page.Locator("#announced")).ToHaveTextAsync($"{leader} was killed.");
        await Expect(Button(page, "Start again", leader)).ToBeFocusedAsync();
        await Expect(Button(page, "Pause", leader)).ToBeDisabledAsync();
        var next = await LeaderAsync(page);
        await GoesOnAsync(page, "r");
        await GoesOnAsync(page, "w");

        await PressAsync(page, Button(page, "Kill", next));
        await Expect(page.Page.Locator(".sentence")).ToContainTextAsync("The rest is no majority");
        await Expect(page.Page.Locator(".node.alone .state")).ToHaveTextAsync("up, but sees no majority");
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

    private static ILocator LastAway(ConsolePage page) => page.Page.Locator(".faults tbody tr:first-child td:last-child");

    /// <summary>
    /// By keyboard, takes away the node that leads, and says which it was. A group that has just begun hands its leadership on once, to spread the leaders: whoever has led a moment ago and does not is brought back.
    /// </summary>
    private static async Task<string> TakeLeaderAsync(ConsolePage page, string take, string taken, string bringBack)
    {
        // By then, six seconds after the start, that has usually been done; while it is being done the page may name who has just led.
        await Expect(page.Page.Locator(".stream.r dd").First).ToHaveTextAsync(new Regex("^([3-9][0-9]{2}|[0-9]+,[0-9]{3})$"));
        for (var tries = 0; tries < 5; tries++)
        {
            var leader = await LeaderAsync(page);
            await PressAsync(page, Button(page, take, leader));
            var fault = page.Page.Locator(".faults tbody th").First;
            await Expect(fault).ToHaveTextAsync(new Regex($"^{leader} {taken}(, led)?$"));
            if ((await fault.InnerTextAsync()).EndsWith(", led", StringComparison.Ordinal))
            {
                return leader;
            }

            await PressAsync(page, Button(page, bringBack, leader));
            await Expect(State(page, leader)).ToHaveTextAsync("up");
        }

        throw new InvalidOperationException("the leadership never stays where it is");
    }

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
