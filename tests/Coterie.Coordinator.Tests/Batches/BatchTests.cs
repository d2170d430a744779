using Coterie.Cluster.Transport;
using Coterie.Coordinator.Batches;
using Coterie.Coordinator.Hints;
using Coterie.Coordinator.Tests.Hints;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Quorum;
using Coterie.Storage;
using static Coterie.Coordinator.Tests.TestRows;

namespace Coterie.Coordinator.Tests.Batches;

/// <summary>Logged batches through coordinator, messages and real stores.</summary>
public sealed class BatchTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly HintOptions Ages = new() { Window = TimeSpan.FromDays(36_500) };

    [Fact]
    public async Task A_batch_is_on_two_nodes_before_anything_of_it_is_sent_and_on_none_after()
    {
        var cluster = new TestCluster(hints: Ages);
        var batches = cluster.CreateBatches(new Ids());
        var outcome = await batches.WriteAsync(Two(cluster, ConsistencyLevel.Quorum), Timeout);
        Assert.True(outcome.Stored);
        Assert.All(outcome.Outcomes, one => Assert.True(one.Outcome.IsSuccess));
        Assert.Equal(2, cluster.Sent.TakeWhile(sent => sent.Verb == Verb.BatchStore).Count());
        Assert.Equal([0, 0, 0], Kept(cluster));
        Assert.Equal(2, cluster.Sent.Count(sent => sent.Verb == Verb.BatchForget));
    }

    [Fact]
    public async Task A_batch_whose_second_holder_refuses_is_kept_by_another()
    {
        var cluster = new TestCluster(hints: Ages) { TroubledVerb = Verb.BatchStore };
        cluster.Troubles[1] = Trouble.Failing;
        Assert.True((await cluster.CreateBatches(new Ids()).WriteAsync(Two(cluster, ConsistencyLevel.Quorum), Timeout)).Stored);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_kept_is_not_sent()
    {
        var cluster = new TestCluster(hints: Ages) { TroubledVerb = Verb.BatchStore };
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Failing;
        var outcome = await cluster.CreateBatches(new Ids()).WriteAsync(Two(cluster, ConsistencyLevel.One), Timeout);
        Assert.False(outcome.Stored);
        Assert.DoesNotContain(cluster.Sent, sent => sent.Verb == Verb.Mutate);
        Assert.Equal([0, 0, 0], Kept(cluster));
        Assert.Equal(1, cluster.HintCounters.BatchesRefused);
    }

    [Fact]
    public async Task A_node_that_sees_nobody_else_keeps_it_alone()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Dead;
        Assert.True((await cluster.CreateBatches(new Ids()).WriteAsync(Two(cluster, ConsistencyLevel.One), Timeout)).Stored);
    }

    [Fact]
    public async Task Unavailable_is_said_before_anything_is_kept()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Dead;
        var outcome = await cluster.CreateBatches(new Ids()).WriteAsync(Two(cluster, ConsistencyLevel.Quorum), Timeout);
        Assert.Null(outcome.Stored);
        Assert.Equal(new RequestOutcome(RequestResult.Unavailable, 2, 1, 0, false), Assert.Single(outcome.Outcomes).Outcome);
        Assert.Empty(cluster.Sent);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_refused()
    {
        var cluster = new TestCluster(hints: Ages);
        var large = cluster.Request(ConsistencyLevel.One, "a", (RowKey(1), Value(1, new string('x', Limits.BatchRecordBytesMax / 2))));
        await Assert.ThrowsAsync<OverLimitException>(async () => await cluster.CreateBatches(new Ids()).WriteAsync([large, large], Timeout));
        Assert.Empty(cluster.Sent);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_batch_whose_coordinator_went_away_is_finished_by_whoever_keeps_it(int holder)
    {
        var cluster = new TestCluster(hints: Ages);
        var mutations = Two(cluster, ConsistencyLevel.Quorum).Select(request => request.Mutation).ToList();
        var record = new BatchRecord(new Ids().NextGuid(), [TestReplicas.Node(0), TestReplicas.Node(1)], mutations).Encode();
        Assert.Equal(ReplyStatus.Ok, cluster.Replica(0).Handle(Verb.BatchStore, record).Status);
        Assert.Equal(ReplyStatus.Ok, cluster.Replica(1).Handle(Verb.BatchStore, record).Status);
        cluster.From = holder;
        cluster.Troubles[2] = Trouble.Dead;
        await using var replayer = cluster.CreateBatchReplayer(holder);
        replayer.Start();
        await HandoffTests.UntilAsync(cluster, () => Kept(cluster).Sum() == 0);
        foreach (var node in new[] { 0, 1 })
        {
            Assert.NotNull(cluster.Look(node, "a"));
            Assert.NotNull(cluster.Look(node, "b"));
        }

        Assert.Equal(2, Assert.Single(cluster.Hints.Waiting()).Count);
        Assert.Equal(1, cluster.HintCounters.BatchesReplayed);
    }

    [Fact]
    public async Task A_batch_that_is_found_when_its_rest_is_too_old_is_forgotten_and_not_called_finished()
    {
        var cluster = new TestCluster(hints: Ages);
        var old = TestCluster.Mutation(TimeSpan.FromDays(11), "a", (RowKey(1), Value(10, "x")));
        var young = TestCluster.Mutation(TimeSpan.FromDays(9), "b", (RowKey(1), Value(10, "y")));
        var record = new BatchRecord(new Ids().NextGuid(), [TestReplicas.Node(0)], [old, young]).Encode();
        Assert.Equal(ReplyStatus.Ok, cluster.Replica(0).Handle(Verb.BatchStore, record).Status);
        await using var replayer = cluster.CreateBatchReplayer(0);
        replayer.Start();
        await HandoffTests.UntilAsync(cluster, () => Kept(cluster).Sum() == 0);
        Assert.Null(cluster.Look(0, "a"));
        Assert.NotNull(cluster.Look(0, "b"));
        var counters = cluster.HintCounters;
        Assert.Equal((1, 0, 0), (counters.BatchesTooLate, counters.BatchesReplayed, counters.BatchesDropped));
    }

    [Fact]
    public void A_mutation_is_too_late_if_nobody_took_it_and_somebody_never_will()
    {
        Assert.True(BatchReplayCore.IsTooLate([ReplayedTo.Gone, ReplayedTo.Hinted]));
        Assert.False(BatchReplayCore.IsTooLate([ReplayedTo.Gone, ReplayedTo.Applied]));
        Assert.False(BatchReplayCore.IsTooLate([ReplayedTo.Hinted, ReplayedTo.Hinted]));
    }

    [Fact]
    public void A_mutation_is_settled_when_everyone_has_it_or_a_hint_or_one_has_it_and_hints_are_over_their_limits()
    {
        Assert.True(BatchReplayCore.IsSettled([ReplayedTo.Applied, ReplayedTo.Hinted, ReplayedTo.Gone]));
        Assert.True(BatchReplayCore.IsSettled([ReplayedTo.Hinted, ReplayedTo.Hinted]));
        Assert.True(BatchReplayCore.IsSettled([ReplayedTo.Applied, ReplayedTo.Missed]));
        Assert.False(BatchReplayCore.IsSettled([ReplayedTo.Hinted, ReplayedTo.Missed]));
        Assert.False(BatchReplayCore.IsSettled([ReplayedTo.Refused, ReplayedTo.Refused]));
        Assert.True(BatchReplayCore.IsHopeless([ReplayedTo.Refused, ReplayedTo.Refused], isTooOld: true));
        Assert.False(BatchReplayCore.IsHopeless([ReplayedTo.Refused, ReplayedTo.Refused], isTooOld: false));
        Assert.False(BatchReplayCore.IsHopeless([ReplayedTo.Refused, ReplayedTo.Missed], isTooOld: true));
    }

    private static Coordinator.Writes.WriteRequest[] Two(TestCluster cluster, ConsistencyLevel level) =>
        [cluster.Request(level, "a", (RowKey(1), Value(10, "x"))), cluster.Request(level, "b", (RowKey(1), Value(10, "y")))];

    private static int[] Kept(TestCluster cluster) => [.. Enumerable.Range(0, 3).Select(node =>
    {
        using var cursor = cluster.Replica(node).Engine.Scan(StorageArea.Hints, HintKey.BatchesLower, HintKey.BatchesUpper, reverse: false);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    })];

    private sealed class Ids : IdSource
    {
        private int _next;

        public override Guid NextGuid() => new(++_next, 0, 0, new byte[8]);
    }
}
