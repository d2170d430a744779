using Coterie.Coordinator.Hints;
using Coterie.Model.Hints;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Tests.Hints;

public sealed class HintLedgerTests
{
    private const long Hour = 3_600_000;
    private static readonly NodeId One = TestReplicas.Node(1);
    private static readonly NodeId Two = TestReplicas.Node(2);
    private static readonly HintOptions Options = new() { Window = TimeSpan.FromHours(3), BytesMax = 1_000, BytesPerTargetMax = 600, BytesPerSecond = 1 };

    [Fact]
    public void Places_rise_over_everything_even_if_the_clock_goes_back()
    {
        var ledger = new HintLedger(Options);
        var places = new List<ulong>();
        foreach (var now in new long[] { 10, 10, 20, 5 })
        {
            Assert.Null(ledger.TryTake(One, 1, formed: now, now, out var place));
            places.Add(place);
        }

        Assert.Equal(places.Order().Distinct(), places);
    }

    [Fact]
    public void Places_are_behind_those_that_the_store_had_at_the_start()
    {
        var ledger = new HintLedger(Options);
        ledger.Load([new HintsOfTarget(One, 2, 100, 99_000_000, OldestFormed: 5)]);
        Assert.Null(ledger.TryTake(Two, 1, 0, 0, out var place));
        Assert.True(place > 99_000_000);
        Assert.Equal([new HintsWaiting(One, 2, 100, 5), new HintsWaiting(Two, 1, 1, 0)], ledger.Waiting());
    }

    [Fact]
    public void The_cap_of_a_target_and_the_cap_of_all_hold_exactly()
    {
        var ledger = new HintLedger(Options);
        Assert.Null(ledger.TryTake(One, 600, 0, 0, out _));
        Assert.Equal(HintDrop.Full, ledger.TryTake(One, 1, 0, 0, out _));
        Assert.Null(ledger.TryTake(Two, 400, 0, 0, out _));
        Assert.Equal(HintDrop.Full, ledger.TryTake(Two, 1, 0, 0, out _));
        ledger.Remove(One, 1, 600);
        Assert.Null(ledger.TryTake(Two, 200, 0, 0, out _));
        Assert.Equal((2L, 600L), (ledger.Count, ledger.Bytes));
    }

    [Fact]
    public void What_was_there_before_a_restart_counts_against_the_caps()
    {
        var ledger = new HintLedger(Options);
        ledger.Load([new HintsOfTarget(One, 3, 590, 1, OldestFormed: 0)]);
        Assert.Null(ledger.TryTake(One, 10, 0, 0, out _));
        Assert.Equal(HintDrop.Full, ledger.TryTake(One, 1, 0, 0, out _));
    }

    [Fact]
    public void A_target_that_is_down_for_longer_than_the_window_gets_no_more_until_it_is_back()
    {
        var ledger = new HintLedger(Options);
        ledger.Down(One, 0);
        Assert.Null(ledger.TryTake(One, 1, 3 * Hour, 3 * Hour, out _));
        Assert.Equal(HintDrop.Window, ledger.TryTake(One, 1, (3 * Hour) + 1, (3 * Hour) + 1, out _));
        ledger.Down(One, 4 * Hour);
        Assert.Equal(HintDrop.Window, ledger.TryTake(One, 1, 4 * Hour, 4 * Hour, out _));
        ledger.Up(One);
        ledger.Remove(One, 1, 1);
        ledger.Down(One, 4 * Hour);
        Assert.Null(ledger.TryTake(One, 1, 4 * Hour, 4 * Hour, out _));
    }

    [Fact]
    public void After_a_restart_the_oldest_hint_says_how_long_a_target_has_been_down()
    {
        var ledger = new HintLedger(Options);
        ledger.Load([new HintsOfTarget(One, 1, 1, 1, OldestFormed: 0)]);
        ledger.Down(One, 2 * Hour);
        Assert.Null(ledger.TryTake(One, 1, 3 * Hour, 3 * Hour, out _));
        Assert.Equal(HintDrop.Window, ledger.TryTake(One, 1, 4 * Hour, 4 * Hour, out _));
    }

    [Fact]
    public void A_mutation_formed_before_the_window_gets_none()
    {
        var ledger = new HintLedger(Options);
        Assert.Equal(HintDrop.Window, ledger.TryTake(One, 1, formed: 0, now: (3 * Hour) + 1, out _));
        Assert.True(ledger.IsTooOld(0, (3 * Hour) + 1));
        Assert.False(ledger.IsTooOld(0, 3 * Hour));
    }

    [Fact]
    public void A_window_of_nothing_means_no_hints() =>
        Assert.Equal(HintDrop.Off, new HintLedger(Options with { Window = TimeSpan.Zero }).TryTake(One, 1, 0, 0, out _));

    [Fact]
    public void More_is_never_taken_away_than_there_is()
    {
        var ledger = new HintLedger(Options);
        Assert.Null(ledger.TryTake(One, 5, 0, 0, out _));
        ledger.Remove(One, 3, 50);
        ledger.Remove(Two, 1, 1);
        Assert.Equal((0L, 0L), (ledger.Count, ledger.Bytes));
        Assert.Empty(ledger.Waiting());
        Assert.Null(ledger.TryTake(One, 5, 0, 0, out _));
        Assert.Equal(1, ledger.Clear(One));
        Assert.Equal((0L, 0L), (ledger.Count, ledger.Bytes));
    }
}
