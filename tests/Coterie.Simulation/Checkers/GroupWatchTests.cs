using Coterie.Model.Ids;
using Coterie.Raft;
using Coterie.Simulator.Checkers;

namespace Coterie.Simulation.Checkers;

public sealed class GroupWatchTests
{
    private static readonly GroupId Group = new(7);
    private readonly GroupWatch _watch = new();
    private readonly object _process = new();

    [Fact]
    public void One_leader_after_another_is_as_it_should_be()
    {
        Observe("n1", RaftRole.Leader, term: 1, committed: 1, applied: 1);
        Observe("n1", RaftRole.Follower, term: 2, committed: 1, applied: 1);
        Observe("n2", RaftRole.Leader, term: 2, committed: 3, applied: 2);
        Observe("n2", RaftRole.Leader, term: 2, committed: 3, applied: 3);
        Assert.Null(_watch.Wrong);
        Assert.Equal(2, _watch.Leaders);
    }

    [Fact]
    public void Two_leaders_of_one_term_are_told_even_if_they_were_not_seen_at_the_same_time()
    {
        Observe("n1", RaftRole.Leader, term: 3);
        Observe("n1", RaftRole.Follower, term: 3);
        Observe("n2", RaftRole.Leader, term: 3);
        Assert.Contains("two leaders in term 3, n1 and n2", _watch.Wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 4, 5)]
    [InlineData(2, 5, 4)]
    public void A_term_or_a_committed_index_that_falls_is_told(long term, long committed, long applied)
    {
        Observe("n1", RaftRole.Follower, term: 2, committed: 5, applied: 5);
        Observe("n1", RaftRole.Follower, term, committed, Math.Min(committed, applied));
        Assert.Contains("n1 went back", _watch.Wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_has_just_started_knows_less_than_the_one_before()
    {
        Observe("n1", RaftRole.Follower, term: 2, committed: 5, applied: 5);
        _watch.Observe("n1", new object(), new GroupView(Group, RaftRole.Follower, 2, 0, 0));
        Assert.Null(_watch.Wrong);
    }

    [Fact]
    public void What_is_applied_is_committed()
    {
        Observe("n1", RaftRole.Follower, term: 2, committed: 5, applied: 6);
        Assert.Contains("applied 6", _watch.Wrong, StringComparison.Ordinal);
    }

    private void Observe(string node, RaftRole role, long term, long committed = 0, long applied = 0) =>
        _watch.Observe(node, _process, new GroupView(Group, role, term, committed, applied));
}
