using Coterie.Cluster.Transport;
using Coterie.Coordinator.Writes;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Tests;

public sealed class WriteCoreTests
{
    /// <summary>
    /// Replies: a letter for each slot in the order given: k ok, f failed, o overloaded, s stale, t timeout, u unreachable. Expected: result, required,
    /// answered, failed, and after how many replies.
    /// </summary>
    [Theory]
    [InlineData("aaa", ConsistencyLevel.One, "0k", "Success 1/1 0f 1")]
    [InlineData("aaa", ConsistencyLevel.Any, "0t 1f 2k", "Success 1/1 1f 3")]
    [InlineData("aaa", ConsistencyLevel.Two, "2k 1k", "Success 2/2 0f 2")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0k 1f 2k", "Success 2/2 1f 3")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0k 1f 2f", "Failure 1/2 2f 3")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0f 1f", "Failure 0/2 2f 2")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0o 1o", "Overloaded 0/2 2f 2")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0o 1f", "Failure 0/2 2f 2")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0s 1s", "Failure 0/2 2f 2")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0k 1t 2t", "Timeout 1/2 0f 3")]
    [InlineData("aaa", ConsistencyLevel.Quorum, "0k 1u 2f", "Timeout 1/2 1f 3")]
    [InlineData("aaa", ConsistencyLevel.All, "0k 1k 2k", "Success 3/3 0f 3")]
    [InlineData("aaa", ConsistencyLevel.All, "0k 1o", "Overloaded 1/3 1f 2")]
    [InlineData("aaa", ConsistencyLevel.All, "0k 1u", "Timeout 1/3 0f 2")]
    [InlineData("aaaaa", ConsistencyLevel.Quorum, "0k 1f 2f 3k 4k", "Success 3/3 2f 5")]
    [InlineData("aaabbb", ConsistencyLevel.Quorum, "3k 4k 5k 0k", "Success 4/4 0f 4")]
    [InlineData("aaabbb", ConsistencyLevel.LocalOne, "3k 4k 5k 1k", "Success 1/1 0f 4")]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "3k 4k 5k 0k 1k", "Success 2/2 0f 5")]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "3f 4f 5f 0k 1k", "Success 2/2 0f 5")]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "3k 4k 0f 5k 1f", "Failure 0/2 2f 5")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "0k 1k 2k 3k 4k", "Success 4/4 0f 5")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "0k 1k 2k 3k 4f 5f", "Failure 3/4 2f 6")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "0k 1k 2k 3t 4t 5t", "Timeout 2/4 0f 5")]
    public void Replies_decide_with_exact_counts(string datacenters, ConsistencyLevel level, string replies, string expected)
    {
        var core = Begin(datacenters, TestReplicas.Requirement(datacenters, level), new string('x', datacenters.Length));
        Assert.False(core.IsDecided);
        Assert.Equal(expected, Play(core, replies));
    }

    [Theory]
    [InlineData("aaa", ConsistencyLevel.Quorum, "x..", "Unavailable 1/2")]
    [InlineData("aaa", ConsistencyLevel.One, "...", "Unavailable 0/1")]
    [InlineData("aaa", ConsistencyLevel.All, "xx.", "Unavailable 2/3")]
    [InlineData("aaabbb", ConsistencyLevel.LocalQuorum, "x..xxx", "Unavailable 1/2")]
    [InlineData("aaabbb", ConsistencyLevel.EachQuorum, "xxxx..", "Unavailable 1/2")]
    [InlineData("aaabbb", ConsistencyLevel.Quorum, "xxx...", "Unavailable 3/4")]
    public void Too_few_alive_is_unavailable_at_once(string datacenters, ConsistencyLevel level, string alive, string expected)
    {
        var core = new WriteCore();
        Assert.False(core.Begin(
            TestReplicas.Of(datacenters), TestReplicas.Strategy(datacenters), TestReplicas.Requirement(datacenters, level), TestReplicas.Alive(alive)));
        Assert.Equal(expected, $"{core.Outcome.Result} {core.Outcome.Answered}/{core.Outcome.Required}");
    }

    [Fact]
    public void A_dead_replica_makes_the_same_failures_fatal_earlier()
    {
        var requirement = TestReplicas.Requirement("aaa", ConsistencyLevel.Quorum);
        Assert.Equal("Failure 0/2 1f 1", Play(Begin("aaa", requirement, "xx."), "0f"));
        Assert.Equal("Timeout 0/2 0f 1", Play(Begin("aaa", requirement, "xx."), "0u"));
    }

    [Theory]
    [InlineData(4, "0k 1k 2f 3k 4k", "Success 4/4 1f 5")]
    [InlineData(5, "0k 1k 2f", "Failure 2/5 1f 3")]
    public void Any_count_may_be_required(int count, string replies, string expected) =>
        Assert.Equal(expected, Play(Begin("aaaaa", new ReplicaRequirement(RequirementScope.Anywhere, count), "xxxxx"), replies));

    [Fact]
    public void A_data_centre_that_has_no_nodes_makes_each_quorum_unavailable()
    {
        var core = new WriteCore();
        Assert.False(core.Begin(
            TestReplicas.Of("aaa"), TestReplicas.Strategy("aaabbb"), TestReplicas.Requirement("aaabbb", ConsistencyLevel.EachQuorum), TestReplicas.Alive("xxx")));
    }

    [Fact]
    public void Under_simple_strategy_each_quorum_is_quorum()
    {
        var core = new WriteCore();
        Assert.True(core.Begin(
            TestReplicas.Of("aab"), new SimpleStrategy(3), new ReplicaRequirement(RequirementScope.EachDatacenter, 2), TestReplicas.Alive("xxx")));
        Assert.Equal("Success 2/2 0f 2", Play(core, "0k 2k"));
    }

    [Fact]
    public void It_decides_once()
    {
        var core = Begin("aaa", TestReplicas.Requirement("aaa", ConsistencyLevel.One), "xxx");
        Assert.True(core.OnReply(0, ReplyStatus.Ok));
        Assert.False(core.OnReply(1, ReplyStatus.Ok));
        Assert.False(core.OnReply(2, ReplyStatus.Failed));
        Assert.Equal(RequestResult.Success, core.Outcome.Result);
    }

    private static WriteCore Begin(string datacenters, ReplicaRequirement requirement, string alive)
    {
        var core = new WriteCore();
        Assert.True(core.Begin(TestReplicas.Of(datacenters), TestReplicas.Strategy(datacenters), requirement, TestReplicas.Alive(alive)));
        return core;
    }

    private static string Play(WriteCore core, string replies)
    {
        var count = 0;
        foreach (var reply in replies.Split(' '))
        {
            count++;
            var status = reply[1] switch
            {
                'k' => ReplyStatus.Ok,
                'f' => ReplyStatus.Failed,
                'o' => ReplyStatus.Overloaded,
                's' => ReplyStatus.Stale,
                't' => ReplyStatus.Timeout,
                _ => ReplyStatus.Unreachable,
            };
            if (core.OnReply(reply[0] - '0', status))
            {
                return $"{core.Outcome.Result} {core.Outcome.Answered}/{core.Outcome.Required} {core.Outcome.Failed}f {count}";
            }
        }

        return "undecided";
    }
}
