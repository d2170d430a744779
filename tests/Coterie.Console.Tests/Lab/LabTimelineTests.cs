using Coterie.Host.Lab;
using Coterie.WebConsole.Lab;

namespace Coterie.WebConsole.Tests.Lab;

public sealed class LabTimelineTests
{
    private readonly LabTimeline _timeline = new();

    [Fact]
    public void A_time_without_an_acknowledgement_is_a_gap_that_begins_and_ends()
    {
        AcknowledgeEvery(20, 0, 5_000);

        var during = _timeline.Report(251, At(5_600), null);
        Assert.Equal((600, 600), (during.LongestGapMs, during.CurrentGapMs));
        Assert.Equal([new LabGap(5, null)], during.Gaps);

        AcknowledgeEvery(20, 5_800, 6_000);
        var after = _timeline.Report(262, At(6_000), null);
        Assert.Equal((800, 0), (after.LongestGapMs, after.CurrentGapMs));
        Assert.Equal([new LabGap(5, 5.8)], after.Gaps);
        Assert.Equal((262, 0), (after.Acknowledged, after.Waiting));
    }

    [Fact]
    public void What_is_refused_is_red_in_its_tenth_of_a_second_and_ends_no_gap()
    {
        AcknowledgeEvery(50, 0, 3_000);
        Add(3_250, LabOutcome.Failed);
        Add(3_260, LabOutcome.Unknown);

        var report = _timeline.Report(70, At(3_300), null);

        Assert.Equal((1, 1, 7), (report.Failed, report.Unknown, report.Waiting));
        Assert.Equal(2, report.RedBars[32]);
        Assert.Equal(0, report.Bars[32]);
        Assert.Equal(300, report.CurrentGapMs);
    }

    [Fact]
    public void The_gap_of_a_fault_is_counted_whole_although_it_began_before_or_ends_after()
    {
        AcknowledgeEvery(20, 0, 3_000);
        AcknowledgeEvery(20, 3_300, 4_000);

        Assert.Equal(At(300), _timeline.LongestGap(At(3_010), At(3_100)));
        Assert.Equal(At(20), _timeline.LongestGap(At(1_001), At(2_000)));
        Assert.Equal(At(500), _timeline.LongestGap(At(3_990), At(4_500)));
    }

    [Fact]
    public void What_goes_on_when_something_else_happens_is_not_counted_twice()
    {
        AcknowledgeEvery(20, 0, 3_000);
        AcknowledgeEvery(20, 8_000, 9_000);

        // The first at 2.5 s cost nothing; the second, at 3.01 s, all of it.
        Assert.Equal(At(20), _timeline.LongestGap(At(2_500), At(9_000), At(3_010)));
        Assert.Equal(At(5_000), _timeline.LongestGap(At(3_010), At(9_000)));
        Assert.Equal(At(5_000), _timeline.LongestGap(At(3_010), At(8_500), At(20_000)));
    }

    [Fact]
    public void A_minute_is_shown_and_all_is_counted()
    {
        AcknowledgeEvery(100, 0, 90_000);

        var report = _timeline.Report(901, At(90_000), null);

        Assert.Equal((901, 301, 600), (report.Acknowledged, report.FirstBar, report.Bars.Count));
    }

    [Fact]
    public void How_the_writes_begin_is_not_held_against_the_cluster()
    {
        Add(900, LabOutcome.Acknowledged);
        Add(1_700, LabOutcome.Acknowledged);
        AcknowledgeEvery(20, 1_720, 4_000);

        Assert.Equal(20, _timeline.Report(200, At(4_000), null).LongestGapMs);
    }

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void AcknowledgeEvery(int milliseconds, int from, int to)
    {
        for (var at = from; at <= to; at += milliseconds)
        {
            Add(at, LabOutcome.Acknowledged);
        }
    }

    private void Add(int at, LabOutcome outcome) => _timeline.Add(new LabWrite(0, At(at), At(at), outcome, null));
}
