using Coterie.Model.Trees;
using Coterie.Repair.Exchanges;

namespace Coterie.Repair.Tests;

public sealed class RowComparisonTests
{
    private const byte A = 1, B = 2, C = 3;

    [Fact]
    public void A_row_that_one_side_lacks_goes_there()
    {
        var transfers = Compare([Row(A, 5), Row(B, 5)], [0, 1], [Row(C, 5)]);
        AssertNames([A, B], [C], [], transfers);
    }

    [Theory]
    [InlineData(9, 5, true, false)]
    [InlineData(5, 9, false, true)]
    public void Of_two_versions_the_newer_travels_and_is_looked_at_again(long mine, long theirs, bool toPeer, bool toLocal)
    {
        var transfers = Compare([Row(A, mine)], [0], [Row(A, theirs)]);
        AssertNames(toPeer ? [A] : [], toLocal ? [A] : [], [A], transfers);
    }

    [Fact]
    public void Two_versions_of_one_time_travel_in_both_directions_at_once()
    {
        AssertNames([A], [A], [], Compare([Row(A, 5)], [0], [Row(A, 5)]));
    }

    [Theory]
    [InlineData(9, 5)]
    [InlineData(5, 9)]
    public void At_the_second_look_each_gets_what_the_other_has_and_there_is_no_third(long mine, long theirs)
    {
        AssertNames([A], [A], [], Compare([Row(A, mine)], [0], [Row(A, theirs)], again: true));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_row_written_a_moment_ago_on_either_side_waits(bool mineIsRecent, bool theirsIsRecent)
    {
        AssertNames([], [], [], Compare([Row(A, 9, mineIsRecent)], [0], [Row(A, 5, theirsIsRecent)]), waiting: [A]);
    }

    [Fact]
    public void So_is_one_that_the_other_side_lacks()
    {
        AssertNames([], [], [], Compare([Row(A, 9, isRecent: true)], [0], [Row(B, 9, isRecent: true)]), waiting: [A, B]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_tombstone_from_before_the_cut_travels_though_it_is_recent(bool mine, bool theirs)
    {
        var transfers = Compare([Row(A, 9, isRecent: true, hasOldTombstone: mine)], [0], [Row(A, 5, isRecent: true, hasOldTombstone: theirs)]);
        AssertNames([A], [], [A], transfers);
    }

    [Fact]
    public void Such_a_tombstone_goes_to_a_side_that_has_nothing()
    {
        var transfers = Compare([Row(A, 9, isRecent: true, hasOldTombstone: true)], [0], [Row(B, 9, isRecent: true, hasOldTombstone: true)]);
        AssertNames([A], [B], [], transfers);
    }

    [Fact]
    public void Rows_that_the_other_side_has_alike_stay()
    {
        AssertNames([B], [], [], Compare([Row(A, 5), Row(B, 5), Row(C, 5)], [1], []));
    }

    [Fact]
    public void At_the_second_look_it_does_not_matter_that_rows_are_recent()
    {
        var transfers = Compare([Row(A, 9, isRecent: true)], [0], [Row(A, 5, isRecent: true), Row(B, 5, isRecent: true)], again: true);
        AssertNames([A], [A, B], [], transfers);
    }

    private static RowTransfers Compare(IReadOnlyList<RowSummary> local, IReadOnlyList<int> unknown, IReadOnlyList<RowSummary> others, bool again = false) =>
        RowComparison.Compare(local, unknown, others, again);

    private static RowSummary Row(byte name, long newest, bool isRecent = false, bool hasOldTombstone = false) =>
        new([name], Digest: (ulong)((name * 100) + newest), newest, isRecent, hasOldTombstone);

    private static void AssertNames(byte[] toPeer, byte[] toLocal, byte[] lookAgain, RowTransfers transfers, params byte[] waiting)
    {
        Assert.Equal(waiting, transfers.Waiting.Select(static key => key[0]));
        Assert.Equal(toPeer, transfers.ToPeer.Select(static key => key[0]));
        Assert.Equal(toLocal, transfers.ToLocal.Select(static key => key[0]));
        Assert.Equal(lookAgain, transfers.LookAgain.Select(static key => key[0]));
    }
}
