using Coterie.Model.Groups;
using Coterie.Replica.Groups;
using Coterie.Replica.Groups.Restore;

namespace Coterie.Replica.Tests.Groups;

/// <summary>When a member of a leader-based group may sweep, and what of: everything that has been applied in order, and is not applied again.</summary>
public sealed class SweepPermitTests
{
    private static readonly byte[] First = ReplicaFixture.Mutation("first", (TestData.RowKey(1), TestData.Value(1, "v")));
    private static readonly byte[] Second = ReplicaFixture.Mutation("second", (TestData.RowKey(1), TestData.Value(2, "v")));
    private readonly TestGroup _group = new(1);

    private TestMember Alone => _group[0];

    [Fact]
    public void Nothing_before_the_first_write_and_then_up_to_the_last_that_is_applied()
    {
        _group.Elect();
        Assert.Equal(0, Alone.Member.Sweeping.Ask()!.Value.Stamp);
        Alone.Write(First);
        _group.Settle();
        var first = Alone.Member.Sweeping.Ask()!.Value;
        Alone.Write(Second);
        Assert.Equal(first, Alone.Member.Sweeping.Ask());
        _group.Settle();
        var second = Alone.Member.Sweeping.Ask()!.Value;
        Assert.True(second.Stamp >= first.Stamp + GroupCommand.StampStep && second.Index == first.Index + 1);
        Assert.True(first.Stamp > 0);
    }

    /// <summary>The second entry is in the tables before the first: what it deleted must not go before that has come.</summary>
    [Fact]
    public void Not_beyond_an_entry_that_waits()
    {
        _group.Elect();
        Alone.Write(First);
        _group.Settle();
        var before = Alone.Member.Sweeping.Ask();
        Alone.Write(Second);
        Alone.IsFull = true;
        while (Alone.Status.Committed == before!.Value.Index)
        {
            Alone.IsFull = false;
            _group.Step();
        }

        Alone.IsFull = true;
        _group.Settle();
        Alone.IsFull = false;
        Assert.Equal(1, Alone.Rows);
        Alone.Write(First);
        _group.Settle();
        Assert.Equal(before, Alone.Member.Sweeping.Ask());
        _group.Tick(1);
        Assert.Equal(before.Value.Index + 2, Alone.Member.Sweeping.Ask()!.Value.Index);
    }

    [Fact]
    public async Task What_was_marked_is_not_applied_again_after_a_restart()
    {
        _group.Elect();
        Alone.Write(First);
        _group.Settle();
        Assert.Equal(0, Alone.Restarted().Status.Applied);

        _group[0] = Alone.Restarted();
        _group.Elect();
        _group.Tick(2);
        var permit = Alone.Member.Sweeping.Ask()!.Value;
        var marking = Alone.Member.Sweeping.MarkAsync(permit);
        _group.Settle();
        Assert.True(await marking);
        var restarted = Alone.Restarted();
        Assert.Equal(permit.Index, restarted.Status.Applied);
        Assert.Equal(permit.Stamp, restarted.Member.Sweeping.Ask()!.Value.Stamp);
    }

    [Fact]
    public async Task A_mark_that_the_disk_does_not_take_is_told()
    {
        _group.Elect();
        Alone.IsFull = true;
        var marking = Alone.Member.Sweeping.MarkAsync(Alone.Member.Sweeping.Ask()!.Value);
        _group.Settle();
        Assert.False(await marking);
    }

    [Fact]
    public void None_while_rows_are_missing_and_none_that_was_given_before_holds()
    {
        _group.Elect();
        Alone.Write(First);
        _group.Settle();
        var permit = Alone.Member.Sweeping.Ask()!.Value;
        Assert.True(Alone.Member.Sweeping.Holds(permit));
        lock (Alone.Member.Gate)
        {
            Assert.True(Alone.Member.TryRemove(Removal()));
        }

        Assert.False(Alone.Member.Sweeping.Holds(permit));
        _group.Settle();
        _group[0] = Alone.Restarted();
        Assert.Null(Alone.Member.Sweeping.Ask());
    }

    /// <summary>It was on its way when the rows were removed, and there was no room for it: what is fetched includes it, and perhaps what deleted it, which was swept there.</summary>
    [Fact]
    public void An_entry_that_the_disk_did_not_take_before_the_rows_were_removed_is_not_applied_to_those_that_are_fetched()
    {
        _group.Elect();
        var write = Alone.Write(First);
        var before = Alone.Status.Committed;
        while (Alone.Status.Committed == before)
        {
            _group.Step();
        }

        // Given to the writer, which has not come to it yet.
        lock (Alone.Member.Gate)
        {
            Assert.True(Alone.Member.TryRemove(Removal()));
        }

        Alone.IsFull = true;
        _group.Step();
        Alone.IsFull = false;
        _group.Tick(3);
        Assert.Equal(0, Alone.Rows);
        Assert.Equal(LeaderVerdict.Done, Alone.AnswerTo(write));
    }

    private RestoreWrite Removal() => RestoreWrite.Removal(new GroupStore(_group.Group.Id), Alone.Parts().GroupTables.RangesOf(_group.Group.Id));
}
