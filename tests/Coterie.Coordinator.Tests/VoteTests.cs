using Coterie.Model.Time;

namespace Coterie.Coordinator.Tests;

public sealed class VoteTests
{
    [Fact]
    public void A_joint_vote_has_each_replica_once_with_its_latest_answer()
    {
        var first = new Vote
        {
            Required = 2,
            Replicas = [Of(1, "data", 5, 10), Of(2, "digest", null, null)],
        };
        var second = new Vote
        {
            Required = 2,
            Parts = 2,
            Replicas = [Of(2, "data", 7, 3) with { Stale = true, Repaired = true }, Of(1, "digest", 4, 11), Of(3, "digest", 1, 1)],
        };

        var joined = Vote.Join(null, first, null, second)!;

        Assert.Equal((2, 3), (joined.Required, joined.Parts));
        Assert.Equal([Of(1, "data", 5, 11), Of(2, "data", 7, 3) with { Stale = true, Repaired = true }, Of(3, "digest", 1, 1)], joined.Replicas);
    }

    [Fact]
    public void Of_one_part_it_is_the_vote_itself_and_of_none_nothing()
    {
        var only = new Vote { Required = 1, Replicas = [] };
        Assert.Same(only, Vote.Join(null, only));
        Assert.Null(Vote.Join(null, null));
    }

    private static VoteEntry Of(int node, string role, int? after, long? newest) => new(
        TestReplicas.Node(node),
        after is not null,
        role,
        after is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        newest is { } microseconds ? new WriteTimestamp(microseconds) : null,
        Stale: false,
        Repaired: false);
}
