using Coterie.Cli.Lab;

namespace Coterie.Cli.Tests.Lab;

public sealed class TimelineTests
{
    private static readonly TimelineRow Steady = new("leaderless", [200, 200, 200, 200, 200], [0, 0, 0, 0, 0]);
    private static readonly TimelineRow Broken = new("leader-based", [200, 100, 0, 1, 199], [0, 3, 1, 0, 0]);

    [Fact]
    public void Bars_are_as_high_as_the_writes_on_one_scale_for_all()
    {
        Assert.Equal(
            [
                "seconds       0",
                "leaderless    █████",
                "leader-based  █▄ ▁█",
                "               !!",
                "               ✗ ▲",
            ],
            Timeline.Render([Steady, Broken], [new TimelineMark(1, Timeline.Down), new TimelineMark(3, Timeline.Up)], 200, 60, color: false));
    }

    [Fact]
    public void Seconds_with_writes_that_were_not_acknowledged_are_red()
    {
        var lines = Timeline.Render([Steady, Broken], [], 200, 60, color: true);

        // Where nothing was acknowledged there is something to be red all the same.
        Assert.Equal(["seconds       0", "leaderless    █████", "leader-based  █\e[31m▄!\e[0m▁█"], lines);
    }

    [Fact]
    public void Red_at_the_end_of_a_line_ends_there()
    {
        var row = new TimelineRow("x", [10, 10, 10], [0, 1, 1]);

        Assert.Equal(["x        █\e[31m█\e[0m", "x        \e[31m█\e[0m"], Timeline.Render([row], [], 10, 2, color: true).Where(line => line.StartsWith('x')));
    }

    [Fact]
    public void A_long_run_goes_on_in_further_lines_each_with_its_seconds()
    {
        var row = new TimelineRow("x", [.. Enumerable.Repeat(8, 45)], [.. Enumerable.Range(0, 45).Select(second => second == 44 ? 1 : 0)]);

        Assert.Equal(
            [
                "seconds  0         10",
                "x        " + new string('█', 20),
                "              ✗",
                "",
                "seconds  20        30",
                "x        " + new string('█', 20),
                "",
                "seconds  40",
                "x        " + new string('█', 5),
                "             !",
            ],
            Timeline.Render([row], [new TimelineMark(5, Timeline.Down)], 8, 20, color: false));
    }

    [Fact]
    public void The_one_who_goes_down_is_shown_before_the_one_who_comes_back_in_the_same_second()
    {
        TimelineMark[] marks = [new(2, Timeline.Up), new(2, Timeline.Down), new(3, Timeline.Down), new(3, Timeline.Up)];

        Assert.Equal("                " + "✗✗", Timeline.Render([Steady, Broken], marks, 200, 60, color: true)[^1]);
    }

    [Fact]
    public void One_write_is_more_to_see_than_none()
    {
        var row = new TimelineRow("x", [0, 1, 20_000], [0, 0, 0]);

        Assert.Equal("x         ▁█", Timeline.Render([row], [], 200, 60, color: false)[1]);
    }

    [Fact]
    public void What_was_held_up_makes_no_bar_higher_than_full()
    {
        Assert.Equal("x        █▇█", Timeline.Render([new TimelineRow("x", [200, 175, 900], [])], [], 200, 60, color: false)[1]);
    }

    [Fact]
    public void A_row_may_be_shorter_than_the_others()
    {
        var lines = Timeline.Render([Steady, new TimelineRow("short", [200], [])], [], 200, 60, color: false);

        Assert.Equal(["leaderless  █████", "short       █"], lines.Skip(1));
    }
}
