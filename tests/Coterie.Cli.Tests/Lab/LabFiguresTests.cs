using Coterie.Cli.Lab;
using Coterie.Host.Lab;

namespace Coterie.Cli.Tests.Lab;

public sealed class LabFiguresTests
{
    private static readonly TimeSpan End = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_gap_of_a_fault_begins_with_the_last_write_before_it()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), LabFigures.LongestGap(Times(1, 4, 7, 8, 12), Seconds(5), Seconds(8)));
    }

    [Fact]
    public void A_gap_that_goes_on_when_the_node_is_back_counts_whole()
    {
        Assert.Equal(TimeSpan.FromSeconds(8), LabFigures.LongestGap(Times(1, 4, 12, 30), Seconds(5), Seconds(8)));
    }

    [Fact]
    public void A_longer_gap_that_does_not_touch_the_fault_does_not_count()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), LabFigures.LongestGap(Times(0, 10, 11, 12, 13, 30), Seconds(11.5), Seconds(12.5)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_gap_without_end_lasts_as_long_as_the_fault_at_least(int writesBefore)
    {
        Assert.Equal(TimeSpan.FromSeconds(writesBefore == 0 ? 5 : 6), LabFigures.LongestGap(Times(4, 30)[..writesBefore], Seconds(5), Seconds(10)));
    }

    [Fact]
    public void Each_write_counts_once_by_how_it_ended()
    {
        var figures = LabFigures.Of(
            [
                Write(0, 3, 3.010), Write(1, 3.1, 3.2, LabOutcome.Failed, "Unavailable"), Write(2, 3.2, 4.4, LabOutcome.Unknown, "WriteTimeout"), Write(3, 4.1, 4.2, LabOutcome.Unknown, "WriteTimeout"),
                new LabWrite(4, Seconds(19), TimeSpan.MaxValue, LabOutcome.Pending, null),
            ],
            [],
            End);

        Assert.Equal((1, 1, 3), (figures.Acked, figures.Failed, figures.Unknown));
        Assert.Equal([("Unavailable", 1), ("WriteTimeout", 2), ("no answer", 1)], figures.Reasons.Select(reason => (reason.Key, reason.Value)));
        Assert.Equal((20, 1, 0), (figures.AckedBySecond.Count, figures.AckedBySecond[3], figures.AckedBySecond[4]));
        Assert.Equal((1, 2), (figures.NotAckedBySecond[3], figures.NotAckedBySecond[4]));
    }

    [Fact]
    public void Latencies_with_nothing_failing_leave_out_the_start_the_fault_and_what_settles_after_it()
    {
        var figures = LabFigures.Of(
            [
                Write(0, 1, 1.9), // The start.
                Write(1, 5, 5.01),
                Write(2, 9.9, 10.7), // Into the fault.
                Write(3, 11, 11.5), // In the fault.
                Write(4, 13, 13.4), // Settling.
                Write(5, 15, 15.03),
            ],
            [new LabFault(1, "a", Seconds(10), Seconds(11), Seconds(12))],
            End);

        Assert.Equal((10, 30), (Math.Round(figures.P50Ms, 3), Math.Round(figures.P99Ms, 3)));
        Assert.Equal(900, figures.P999Ms, 3);
    }

    [Fact]
    public void Median_and_worst_are_over_the_rounds()
    {
        var figures = LabFigures.Of(
            [Write(0, 3, 4), Write(1, 3, 6), Write(2, 8, 9), Write(3, 8, 9.5), Write(4, 13, 14), Write(5, 13, 19)],
            [new LabFault(1, "a", Seconds(5), Seconds(5.5), Seconds(5.7)), new LabFault(2, "b", Seconds(9.2), Seconds(9.4), Seconds(10)), new LabFault(3, "c", Seconds(15), Seconds(16), Seconds(17))],
            End);

        Assert.Equal([2_000, 500, 5_000], figures.GapsMs);
        Assert.Equal((2_000, 5_000), (figures.MedianGapMs, figures.LongestGapMs));

        // The third came back in the quiet from 14 to 19.
        Assert.Equal(5_000, figures.ReturnGapMs);
    }

    [Fact]
    public void The_median_of_two_rounds_is_between_them()
    {
        var figures = LabFigures.Of(
            [Write(0, 3, 4), Write(1, 3, 6), Write(2, 8, 9), Write(3, 8, 10)],
            [new LabFault(1, "a", Seconds(5), Seconds(5.5), Seconds(5.7)), new LabFault(2, "b", Seconds(9.2), Seconds(9.4), Seconds(9.6))],
            End);

        Assert.Equal([2_000, 1_000], figures.GapsMs);
        Assert.Equal(1_500, figures.MedianGapMs);
    }

    [Fact]
    public void Nothing_at_all_gives_zeros()
    {
        var figures = LabFigures.Of([], [], TimeSpan.Zero);

        Assert.Equal((0, 0, 0, 0, 0), (figures.Acked, figures.LongestGapMs, figures.MedianGapMs, figures.P50Ms, figures.P999Ms));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan[] Times(params double[] seconds) => [.. seconds.Select(Seconds)];

    private static LabWrite Write(long key, double due, double ended, LabOutcome outcome = LabOutcome.Acknowledged, string? reason = null) =>
        new(key, Seconds(due), Seconds(ended), outcome, reason);
}
