using System.Text;
using Coterie.Cluster.Transport;
using Coterie.Model.Keys;
using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using static Coterie.Coordinator.Tests.TestRows;

namespace Coterie.Coordinator.Tests;

/// <summary>Writes and reads through coordinator, messages and real replicas.</summary>
public sealed class CoordinationTests
{
    [Fact]
    public async Task A_quorum_write_then_a_quorum_read_repairs_the_stale_replica()
    {
        var cluster = new TestCluster();
        cluster.Troubles[2] = Trouble.Dead;
        Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")))).Outcome.IsSuccess);
        Assert.Equal(1, cluster.Counters.MutationsMissed);
        cluster.Troubles.Clear();
        Assert.Null(cluster.Look(2, "a"));

        // Two of three hold it; the read must meet one of them and the stale one.
        cluster.Troubles[1] = Trouble.Dead;
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a", wantVote: true);
        cluster.Troubles.Clear();
        Assert.Equal(Value(10, "x"), Assert.Single(Assert.Single(read.Partitions).Rows).Row.ToArray());
        Assert.True(read.Exhausted);
        Assert.Equal(1, cluster.Counters.DigestMismatches);
        for (var node = 0; node < 3; node++)
        {
            Assert.Equal(Value(10, "x"), Assert.Single(cluster.Look(node, "a")!.Rows).Row.ToArray());
            cluster.Troubles[(node + 1) % 3] = cluster.Troubles[(node + 2) % 3] = Trouble.Dead;
            Assert.Single((await cluster.ReadAsync(ConsistencyLevel.One, "a")).Partitions);
            cluster.Troubles.Clear();
        }

        var stale = Assert.Single(read.Vote!.Replicas, entry => entry.Stale);
        Assert.Equal((TestReplicas.Node(2), true), (stale.Node, stale.Repaired));
    }

    [Fact]
    public async Task The_vote_of_a_write_has_its_newest_timestamp_for_those_who_acknowledged_it()
    {
        var cluster = new TestCluster();
        cluster.Troubles[2] = Trouble.Slow;
        var write = await cluster.WriteWithVoteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")), (RowKey(2), Value(30, "y")), (RowKey(3), Value(20, "z")));
        Assert.All(write.Vote!.Replicas, static entry => Assert.Equal(entry.Node == TestReplicas.Node(2) ? null : 30, entry.Newest?.Microseconds));
        cluster.Release();
    }

    [Fact]
    public async Task Unavailable_sends_nothing()
    {
        var cluster = new TestCluster();
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Dead;
        var write = await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")));
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a");
        Assert.Equal(new RequestOutcome(RequestResult.Unavailable, 2, 1, 0, false), write.Outcome);
        Assert.Equal(new RequestOutcome(RequestResult.Unavailable, 2, 1, 0, false), read.Outcome);
        Assert.Empty(cluster.Sent);
        Assert.Null(cluster.Look(0, "a"));
    }

    [Fact]
    public async Task A_write_is_answered_at_w_and_late_replies_do_no_harm()
    {
        var cluster = new TestCluster();
        cluster.Troubles[1] = Trouble.Slow;
        for (byte i = 0; i < 50; i++)
        {
            var write = cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(i), Value(10, "x")));
            Assert.True(write.IsCompletedSuccessfully);
            Assert.True((await write).Outcome.IsSuccess);
        }

        Assert.Equal((0, 50), (cluster.Writes.Unanswered, cluster.Writes.Held));
        cluster.Release();
        Assert.Equal((0, 0), (cluster.Writes.Unanswered, cluster.Writes.Held));
        Assert.Equal(50, cluster.Look(1, "a")!.Rows.Count);
        Assert.Equal(0, cluster.Counters.MutationsMissed);
    }

    [Fact]
    public async Task A_write_that_too_few_acknowledge_times_out_and_may_have_been_applied()
    {
        var cluster = new TestCluster();
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Silent;
        var write = cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x"))).AsTask();
        Assert.False(write.IsCompleted);
        cluster.Release();
        Assert.Equal(new RequestOutcome(RequestResult.Timeout, 2, 1, 0, false), (await write).Outcome);
        Assert.NotNull(cluster.Look(0, "a"));
        Assert.Equal(2, cluster.Counters.MutationsMissed);
    }

    [Fact]
    public async Task More_writes_than_may_be_in_flight_are_refused_before_anything_is_sent()
    {
        var cluster = new TestCluster(options: CoordinatorOptions.Default with { WritesInFlightMax = 1 });
        cluster.Troubles[0] = cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Slow;
        var first = cluster.WriteAsync(ConsistencyLevel.One, "a", (RowKey(1), Value(10, "x"))).AsTask();
        var sent = cluster.Sent.Count;
        var second = await cluster.WriteAsync(ConsistencyLevel.One, "a", (RowKey(1), Value(10, "x")));
        Assert.Equal(RequestResult.Overloaded, second.Outcome.Result);
        Assert.Equal(sent, cluster.Sent.Count);
        cluster.Release();
        Assert.True((await first).Outcome.IsSuccess);
        Assert.Equal(0, cluster.Writes.Held);
    }

    [Fact]
    public async Task Replicas_that_agree_send_their_rows_once()
    {
        var cluster = new TestCluster();
        await cluster.WriteAsync(ConsistencyLevel.All, "a", (RowKey(1), Value(10, "x")));
        cluster.Sent.Clear();
        Assert.Single((await cluster.ReadAsync(ConsistencyLevel.Quorum, "a")).Partitions);
        Assert.Equal((Verb.Read, 0, false), cluster.Sent[0]);
        Assert.True(cluster.Sent[1].Digest);
        Assert.Equal(2, cluster.Sent.Count);
        Assert.Equal(0, cluster.Counters.DigestMismatches);
    }

    [Theory]
    [InlineData(Trouble.Failing)]
    [InlineData(Trouble.Unreachable)]
    [InlineData(Trouble.Overloaded)]
    public async Task A_read_asks_someone_else_when_one_fails(Trouble trouble)
    {
        var cluster = new TestCluster();
        await cluster.WriteAsync(ConsistencyLevel.All, "a", (RowKey(1), Value(10, "x")));
        cluster.Troubles[0] = trouble;
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a");
        Assert.True(read.Outcome.IsSuccess);
        Assert.Single(read.Partitions);
    }

    [Fact]
    public async Task A_slow_replica_is_passed_over_by_speculation()
    {
        var cluster = new TestCluster(speculative: new SpeculativeRetry(SpeculativeRetryKind.FixedMilliseconds, 20));
        await cluster.WriteAsync(ConsistencyLevel.All, "a", (RowKey(1), Value(10, "x")));
        cluster.Troubles[0] = Trouble.Silent;
        var read = cluster.ReadAsync(ConsistencyLevel.Quorum, "a").AsTask();
        cluster.Time.Advance(TimeSpan.FromMilliseconds(15));
        Assert.False(read.IsCompleted);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(15));
        Assert.Single((await read.WaitAsync(TestContext.Current.CancellationToken)).Partitions);
        Assert.Equal(1, cluster.Counters.SpeculativeReads);
        cluster.Release();
    }

    [Fact]
    public async Task A_read_that_too_few_answer_times_out_and_says_whether_data_came()
    {
        var cluster = new TestCluster(speculative: new SpeculativeRetry(SpeculativeRetryKind.Never, 0));
        cluster.Troubles[1] = cluster.Troubles[2] = Trouble.Silent;
        var read = cluster.ReadAsync(ConsistencyLevel.Quorum, "a").AsTask();
        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        cluster.Release();
        Assert.Equal(new RequestOutcome(RequestResult.Timeout, 2, 1, 0, true), (await read).Outcome);
    }

    [Theory]
    [InlineData(ReadRepair.Blocking, true)]
    [InlineData(ReadRepair.Async, true)]
    [InlineData(ReadRepair.None, false)]
    public async Task Modes_of_repair_do_what_they_say(ReadRepair mode, bool repairs)
    {
        var cluster = new TestCluster(readRepair: mode);
        cluster.Plant(0, "a", (RowKey(1), Value(10, "old")), (RowKey(2), Value(10, "only here")));
        cluster.Plant(1, "a", (RowKey(1), Value(20, "new")));
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a");
        await cluster.Reads.DisposeAsync();
        Assert.Equal([Value(20, "new"), Value(10, "only here")], read.Partitions[0].Rows.Select(row => row.Row.ToArray()));
        foreach (var node in mode == ReadRepair.Async ? new[] { 0, 1, 2 } : [0, 1])
        {
            var rows = cluster.Look(node, "a")!.Rows.Select(row => Encoding.UTF8.GetString(row.Row.Span)).ToList();
            Assert.Equal(repairs, rows.Count == 2 && rows[0].EndsWith("new", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Async_repairs_a_replica_that_differs_though_it_answered_too_late_to_count()
    {
        var cluster = new TestCluster(readRepair: ReadRepair.Async);
        cluster.Plant(0, "a", (RowKey(1), Value(10, "x")));
        cluster.Plant(1, "a", (RowKey(1), Value(10, "x")));
        cluster.Troubles[2] = Trouble.Slow;
        Assert.Single((await cluster.ReadAsync(ConsistencyLevel.Quorum, "a")).Partitions);
        Assert.Null(cluster.Look(2, "a"));
        cluster.Troubles.Clear();
        cluster.Release();
        await cluster.Reads.DisposeAsync();
        Assert.Equal(Value(10, "x"), cluster.Look(2, "a")!.Rows[0].Row.ToArray());
    }

    [Fact]
    public async Task A_blocking_repair_is_waited_for_and_if_it_fails_another_replica_takes_it()
    {
        var cluster = new TestCluster();
        cluster.Plant(0, "a", (RowKey(1), Value(10, "x")));
        cluster.TroubledVerb = Verb.ReadRepair;
        cluster.Troubles[1] = Trouble.Slow;
        var read = cluster.ReadAsync(ConsistencyLevel.Quorum, "a").AsTask();
        Assert.False(read.IsCompleted);
        cluster.Release();
        Assert.Single((await read).Partitions);
        Assert.NotNull(cluster.Look(1, "a"));

        cluster.Plant(0, "b", (RowKey(1), Value(10, "x")));
        cluster.Troubles[1] = Trouble.Unreachable;
        Assert.True((await cluster.ReadAsync(ConsistencyLevel.Quorum, "b")).Outcome.IsSuccess);
        Assert.Null(cluster.Look(1, "b"));
        Assert.NotNull(cluster.Look(2, "b"));

        cluster.Plant(0, "c", (RowKey(1), Value(10, "x")));
        cluster.Troubles[2] = Trouble.Unreachable;
        var failed = await cluster.ReadAsync(ConsistencyLevel.Quorum, "c");
        Assert.Equal(new RequestOutcome(RequestResult.Timeout, 2, 1, 0, true), failed.Outcome);
        Assert.Empty(failed.Partitions);
    }

    [Fact]
    public async Task Deletions_are_repaired_too()
    {
        var cluster = new TestCluster();
        foreach (var node in new[] { 0, 1, 2 })
        {
            cluster.Plant(node, "a", (RowKey(1), Value(10, "x")), (RowKey(3), Value(10, "y")), (RowKey(5), Value(10, "z")), (EntryKey.Static.ToArray(), Value(3, "s")));
        }

        cluster.Plant(0, "a", (EntryKey.Header.ToArray(), Deletion(5, hasRanges: true)), (RangeKey(2, 4), Deletion(20)));
        cluster.Plant(0, "a", (RowKey(5), Deletion(30)));
        var read = await cluster.ReadAsync(ConsistencyLevel.All, "a");
        Assert.Equal([1], read.Partitions[0].Rows.Where(row => RowMerge.IsLive(row.Row.Span, 1_000)).Select(row => row.EntryKey.Span[1]));
        Assert.True(read.Partitions[0].Static.IsEmpty);
        for (var node = 0; node < 3; node++)
        {
            var there = cluster.Look(node, "a")!;
            Assert.Equal(5, there.PartitionDeletion.Timestamp.Microseconds);
            Assert.Equal(20, Assert.Single(there.Ranges).Deletion.Timestamp.Microseconds);
            Assert.Equal([1, 5], there.Rows.Select(row => row.EntryKey.Span[1]));
        }

        var again = cluster.Counters.DigestMismatches;
        await cluster.ReadAsync(ConsistencyLevel.All, "a");
        Assert.Equal(again, cluster.Counters.DigestMismatches);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_short_read_is_read_on_until_the_limit_is_met(int limit, bool reversed)
    {
        var cluster = new TestCluster();
        for (byte i = 1; i <= 60; i++)
        {
            var clustering = reversed ? (byte)(100 - i) : i;
            cluster.Plant(0, "a", (RowKey(clustering), Value(10, $"v{i}")));
            cluster.Plant(1, "a", (RowKey(clustering), i <= 50 ? Tombstone(20) : Value(10, $"v{i}")));
        }

        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, "a", limit, reversed: reversed);
        Assert.True(read.Outcome.IsSuccess);
        Assert.False(read.Exhausted);
        Assert.Equal(
            Enumerable.Range(51, limit).Select(i => reversed ? 100 - i : i), read.Partitions[0].Rows.Select(row => (int)row.EntryKey.Span[1]));
        Assert.True(cluster.Counters.ShortReads is > 0 and < 20);
    }

    [Fact]
    public async Task A_partition_limit_is_met_with_live_rows_although_replicas_stopped_at_dead_ones()
    {
        var cluster = new TestCluster();
        foreach (var key in new[] { "a", "b", "c" })
        {
            for (byte i = 1; i <= 9; i++)
            {
                cluster.Plant(0, key, (RowKey(i), Value(10, $"v{i}")));
                cluster.Plant(1, key, (RowKey(i), i <= 4 && key != "b" ? Tombstone(20) : Value(10, $"v{i}")));
                cluster.Plant(2, key, (RowKey(i), Value(10, $"v{i}")));
            }
        }

        cluster.Troubles[2] = Trouble.Dead;
        var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, TestCluster.Range(partitionLimit: 2));
        Assert.Equal(3, read.Partitions.Count);
        Assert.All(read.Partitions, partition =>
            Assert.Equal(partition.PartitionKey.Span[0] == (byte)'b' ? [1, 2] : [5, 6], partition.Rows.Select(row => row.EntryKey.Span[1])));
    }

    [Theory]
    [InlineData("aaa", false, 1)]
    [InlineData("aaaaa", true, 7)]
    [InlineData("aaaaa", true, 1_000)]
    public async Task Pages_of_the_ring_together_are_everything_in_order(string datacenters, bool distinctRanges, int limit)
    {
        var cluster = new TestCluster(datacenters, distinctRanges: distinctRanges);
        for (var i = 0; i < 30; i++)
        {
            for (byte row = 1; row <= 3; row++)
            {
                Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, $"p{i}", (RowKey(row), Value(10, "x")))).Outcome.IsSuccess);
            }
        }

        var seen = new List<(long Token, byte Row)>();
        var command = TestCluster.Range(limit);
        ResumePoint? resume = null;
        for (var page = 0; page < 200; page++)
        {
            var read = await cluster.ReadAsync(ConsistencyLevel.Quorum, command.With(resume, limit));
            Assert.True(read.Outcome.IsSuccess);
            seen.AddRange(read.Partitions.SelectMany(p => p.Rows.Select(row => (p.Token.Value, row.EntryKey.Span[1]))));
            if (read.Exhausted)
            {
                break;
            }

            Assert.Equal(limit, read.Partitions.Sum(p => p.Rows.Count));
            var last = read.Partitions[^1];
            resume = new ResumePoint(last.Token, last.PartitionKey, last.Rows[^1].EntryKey);
        }

        Assert.Equal(90, seen.Count);
        Assert.Equal(seen.Order().Distinct(), seen);
    }

    [Fact]
    public async Task A_whole_ring_that_the_same_nodes_keep_is_one_read()
    {
        var cluster = new TestCluster();
        await cluster.WriteAsync(ConsistencyLevel.All, "a", (RowKey(1), Value(10, "x")));
        cluster.Sent.Clear();
        Assert.True((await cluster.ReadAsync(ConsistencyLevel.Quorum, TestCluster.Range())).Exhausted);
        Assert.Equal(2, cluster.Sent.Count);
    }

    [Fact]
    public async Task A_static_row_alone_is_returned_once()
    {
        var cluster = new TestCluster();
        await cluster.WriteAsync(ConsistencyLevel.All, "a", (EntryKey.Static.ToArray(), Value(10, "s")), (RowKey(1), Value(10, "x")));
        await cluster.WriteAsync(ConsistencyLevel.All, "b", (EntryKey.Static.ToArray(), Value(10, "s")));
        var all = await cluster.ReadAsync(ConsistencyLevel.Quorum, TestCluster.Range());
        Assert.Equal(2, all.Partitions.Count);
        var a = all.Partitions.Single(p => p.PartitionKey.Span[0] == (byte)'a');
        var rest = await cluster.ReadAsync(
            ConsistencyLevel.Quorum, TestCluster.Command("a").With(new ResumePoint(a.Token, a.PartitionKey, a.Rows[0].EntryKey), 10));
        Assert.Empty(rest.Partitions);
        Assert.True(rest.Exhausted);
    }
}
