using Coterie.WebConsole.Quorum.Trial;

namespace Coterie.WebConsole.Tests.Quorum.Trial;

public sealed class TrialTallyTests
{
    [Fact]
    public void Time_is_counted_between_the_coordinators()
    {
        // 2 ms at the coordinator and 3 at the console: half a millisecond each way. 1 and 2 for the read.
        var outcome = Trials.Outcome(gap: 4, seen: true);
        Assert.Equal(5, outcome.After);
    }

    [Fact]
    public void Points_stand_for_as_many_trials_each_in_the_order_of_time()
    {
        var tally = new TrialTally();
        for (var i = 99; i >= 0; i--)
        {
            tally.Add(Trials.Outcome(gap: i, seen: i >= 50));
        }

        var seen = tally.Seen();
        Assert.Equal([new TrialSeen(13, 0, 25), new TrialSeen(38, 0, 25), new TrialSeen(63, 1, 25), new TrialSeen(88, 1, 25)], seen);
        Assert.Equal(.5, tally.SeenShare);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(49, 1)]
    [InlineData(5_000, 20)]
    public void There_are_no_more_points_than_can_be_told_apart(int trials, int points)
    {
        var tally = new TrialTally();
        for (var i = 0; i < trials; i++)
        {
            tally.Add(Trials.Outcome(i, true));
        }

        Assert.Equal((points, trials), (tally.Seen().Count, tally.Seen().Sum(static one => one.Trials)));
    }

    [Fact]
    public void Failures_are_counted_by_what_failed_and_a_success_ends_a_row_of_them()
    {
        var tally = new TrialTally();
        tally.Add(new TrialOutcome(null, 0, null, "no"));
        tally.Add(Trials.Outcome(0, true) with { Read = null, Problem = "late" });
        Assert.Equal((1, 1, 2, "late"), (tally.FailedWrites, tally.FailedReads, tally.FailuresInARow, tally.LastProblem));
        tally.Add(Trials.Outcome(0, true));
        Assert.Equal((3, 1, 0), (tally.Done, tally.Whole, tally.FailuresInARow));
    }

    [Fact]
    public void Latency_is_that_of_the_last_replica_waited_for_and_that_of_the_console()
    {
        var tally = new TrialTally();
        tally.Add(Trials.Outcome(0, true, write: 8, read: 3));
        Assert.Equal((8, 9), (tally.Writes().AtCoordinator.At(.5), tally.Writes().AtConsole.At(.5)));
        Assert.Equal((3, 4), (tally.Reads().AtCoordinator.At(.5), tally.Reads().AtConsole.At(.5)));

        // Of an answer that no replica had a part in, nothing else is known.
        Assert.Equal((7, 0), (new TrialAnswer(7, [], false).AtCoordinator, new TrialAnswer(7, [], false).OwnWay));
    }

    [Fact]
    public void Delays_take_a_number_of_measurements()
    {
        var tally = new TrialTally();
        for (var i = 0; i < TrialLimits.MeasurementsLeast - 1; i++)
        {
            tally.Add(Trials.Outcome(0, true));
        }

        Assert.Null(tally.Delays("now"));
        tally.Add(Trials.Outcome(0, true));
        Assert.Equal(("this cluster, measured now", true), (tally.Delays("now")!.Description, tally.Delays("now")!.IsPaired));
        Assert.Equal(TrialLimits.MeasurementsLeast * 4, tally.Samples);
    }
}
