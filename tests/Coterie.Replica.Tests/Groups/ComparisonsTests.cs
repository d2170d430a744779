using Coterie.Model.Groups;
using Coterie.Model.Keys;
using Coterie.Raft;

namespace Coterie.Replica.Tests.Groups;

/// <summary>Compare-and-set at a leader: nothing comes between what it has compared and its place in the log, and no answer comes from one that leads no more.</summary>
public sealed class ComparisonsTests
{
    private readonly TestGroup _group = new(3);
    private readonly TestMember _leader;

    public ComparisonsTests()
    {
        _leader = _group.Elect();
        _group.Settle();
    }

    [Fact]
    public void What_is_as_expected_is_written()
    {
        var request = _leader.CompareAndSet(TestMember.HashOf(0), Mutation("a", 1));
        _group.Settle();
        Assert.Equal((LeaderVerdict.Done, 1), (_leader.AnswerTo(request)!.Value, _leader.Rows));
    }

    [Fact]
    public void What_is_not_as_expected_is_told_and_nothing_is_written()
    {
        var request = _leader.CompareAndSet(TestMember.HashOf(5), Mutation("a", 1));
        _group.Settle();
        Assert.Equal(LeaderVerdict.Unequal, _leader.AnswerTo(request));
        Assert.Equal([0], _leader.ReplyTo(request)!.Value.Rows.ToArray());
        Assert.Equal(0, _leader.Rows);
    }

    [Fact]
    public void It_looks_when_everything_before_it_is_applied()
    {
        _leader.Write(Mutation("b", 1));
        var request = _leader.CompareAndSet(TestMember.HashOf(1), Mutation("a", 1));
        while (_leader.Rows == 0)
        {
            Assert.Equal(0, _leader.Reads);
            _group.Step();
        }

        _group.Settle();
        Assert.Equal((LeaderVerdict.Done, 1), (_leader.AnswerTo(request)!.Value, _leader.Reads));
    }

    [Fact]
    public void A_write_to_the_same_partition_waits_and_one_to_another_does_not()
    {
        var first = _leader.CompareAndSet(TestMember.HashOf(0), Mutation("a", 1));
        var log = _leader.Status.LogBytes;
        var held = _leader.Write(Mutation("a", 2));
        Assert.Equal(log, _leader.Status.LogBytes);
        var other = _leader.Write(Mutation("b", 1));
        Assert.True(_leader.Status.LogBytes > log);

        _group.Settle();
        Assert.All([held, other], request => Assert.Equal(LeaderVerdict.Done, _leader.AnswerTo(request)));

        // The other's row has come between, and that is seen: only what is in the partition matters to real reads.
        Assert.NotNull(_leader.AnswerTo(first));
    }

    [Fact]
    public void Two_that_expect_the_same_are_not_both_done()
    {
        var first = _leader.CompareAndSet(TestMember.HashOf(0), Mutation("a", 1));
        var second = _leader.CompareAndSet(TestMember.HashOf(0), Mutation("a", 2));
        _group.Settle();
        Assert.Equal((LeaderVerdict.Done, LeaderVerdict.Unequal), (_leader.AnswerTo(first)!.Value, _leader.AnswerTo(second)!.Value));
        Assert.Equal(1, _leader.Rows);
    }

    [Fact]
    public void One_that_is_cut_off_tells_nobody_what_it_has()
    {
        _group.IsCut = true;
        var request = _leader.CompareAndSet(TestMember.HashOf(5), Mutation("a", 1));
        _group.Settle();
        Assert.Equal(1, _leader.Reads);
        Assert.Null(_leader.AnswerTo(request));

        // It ceases to lead, since nobody answers.
        for (var ticks = 0; ticks < 1_000 && _leader.Status.Role == RaftRole.Leader; ticks++)
        {
            _group.Tick(1);
        }

        Assert.Equal(LeaderVerdict.NotLeader, _leader.AnswerTo(request));
    }

    [Fact]
    public void Who_waits_when_it_ceases_to_lead_hears_that_nothing_was_done()
    {
        _group.IsCut = true;
        _leader.Write(Mutation("b", 1));
        var waiting = _leader.CompareAndSet(TestMember.HashOf(0), Mutation("a", 1));
        var held = _leader.Write(Mutation("a", 2));
        for (var ticks = 0; ticks < 1_000 && _leader.Status.Role == RaftRole.Leader; ticks++)
        {
            _group.Tick(1);
        }

        Assert.Equal((LeaderVerdict.NotLeader, LeaderVerdict.NotLeader), (_leader.AnswerTo(waiting)!.Value, _leader.AnswerTo(held)!.Value));
    }

    [Fact]
    public void Who_does_not_lead_says_who_does()
    {
        var follower = _group[0] == _leader ? _group[1] : _group[0];
        var request = follower.CompareAndSet(TestMember.HashOf(0), Mutation("a", 1));
        Assert.Equal((LeaderVerdict.NotLeader, _leader.Self), (follower.AnswerTo(request)!.Value, follower.ReplyTo(request)!.Value.Leader!.Value));
    }

    private static byte[] Mutation(string key, byte row) => ReplicaFixture.Mutation(key, ([(byte)EntryKind.Row, row], TestData.Value(1, "v")));
}
