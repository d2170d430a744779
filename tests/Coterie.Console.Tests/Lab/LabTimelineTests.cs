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

        Assert.Equal([new LabCost(At(300), false)], _timeline.CostsOf([Fault(3_010, 3_100)], At(4_000)));
        Assert.Equal([new LabCost(At(20), false)], _timeline.CostsOf([Fault(1_001, 2_000)], At(4_000)));
        Assert.Equal([new LabCost(At(500), false)], _timeline.CostsOf([Fault(3_990)], At(4_500)));
    }

    [Fact]
    public void What_begins_when_something_else_happens_is_the_doing_of_that()
    {
        AcknowledgeEvery(20, 0, 3_000);
        AcknowledgeEvery(20, 8_000, 9_000);

        // The first at 2.5 s cost nothing; the second, at 3.01 s, all of it.
        Assert.Equal([new LabCost(At(20), false), new LabCost(At(5_000), false)], _timeline.CostsOf([Fault(2_500), Fault(3_010, 8_500)], At(9_000)));
    }

    [Fact]
    public void An_outage_that_spans_two_faults_is_counted_once_and_for_the_first()
    {
        AcknowledgeEvery(20, 0, 3_000);
        LabFault[] faults = [Fault(3_005, 18_000), Fault(6_800)];

        Assert.Equal([new LabCost(At(9_000), false), new LabCost(At(0), true)], _timeline.CostsOf(faults, At(12_000)));

        AcknowledgeEvery(20, 20_000, 21_000);
        Assert.Equal([new LabCost(At(17_000), false), new LabCost(At(0), true)], _timeline.CostsOf(faults, At(21_000)));
    }

    [Fact]
    public void What_began_within_ten_seconds_of_a_fault_counts_to_its_end_and_what_began_later_not_at_all()
    {
        AcknowledgeEvery(20, 0, 9_000);
        AcknowledgeEvery(20, 30_000, 31_000);
        AcknowledgeEvery(20, 40_000, 41_000);

        Assert.Equal([new LabCost(At(21_000), false)], _timeline.CostsOf([Fault(1_000)], At(41_000)));
    }

    [Fact]
    public void An_outage_that_is_no_faults_doing_is_that_of_the_fault_that_comes_into_it()
    {
        AcknowledgeEvery(20, 0, 20_000);

        Assert.Equal([new LabCost(At(20), false), new LabCost(At(5_000), false)], _timeline.CostsOf([Fault(1_000), Fault(21_000)], At(25_000)));
    }

    [Fact]
    public void Of_two_faults_at_almost_the_same_time_the_first_has_the_outage()
    {
        AcknowledgeEvery(20, 0, 3_000);

        Assert.Equal([new LabCost(At(2_000), false), new LabCost(At(0), true)], _timeline.CostsOf([Fault(3_010), Fault(3_110)], At(5_000)));
    }

    [Fact]
    public void What_was_in_flight_at_the_end_makes_no_number_smaller()
    {
        AcknowledgeEvery(20, 0, 3_000);
        Add(18_500, LabOutcome.Acknowledged);

        Assert.Equal(15_000, _timeline.Report(160, At(18_000), null).CurrentGapMs);
        Assert.Equal([new LabCost(At(15_500), false)], _timeline.CostsOf([Fault(3_010)], At(18_000)));
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

    private static LabFault Fault(int from, int? to = null) => new("node2", "killed", true, At(from)) { To = to is { } end ? At(end) : null };

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
