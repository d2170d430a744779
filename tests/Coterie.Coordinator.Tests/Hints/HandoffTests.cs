using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Model.Hints;
using Coterie.Model.Quorum;
using Coterie.Storage;
using Coterie.Storage.Writer;
using static Coterie.Coordinator.Tests.TestRows;

namespace Coterie.Coordinator.Tests.Hints;

/// <summary>Hints through coordinator, messages, and the real store of the coordinator's own replica, which is node 0.</summary>
public sealed class HandoffTests
{
    /// <summary>The mutations of these tests were formed in 1970.</summary>
    private static readonly HintOptions Ages = new() { Window = TimeSpan.FromDays(36_500) };

    [Fact]
    public async Task A_replica_that_was_down_gets_what_it_missed_in_order_and_nothing_is_left()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[2] = Trouble.Dead;
        for (byte i = 0; i < 100; i++)
        {
            Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, $"k{i}", (RowKey(1), Value(10 + i, "x")))).Outcome.IsSuccess);
        }

        Assert.Equal(100, Assert.Single(cluster.Hints.Waiting()).Count);
        await using var replayer = cluster.CreateReplayer();
        replayer.Start();
        cluster.Revive(2);
        await UntilAsync(cluster, () => cluster.Hints.Waiting().Count == 0);
        for (byte i = 0; i < 100; i++)
        {
            Assert.Equal(Value(10 + i, "x"), Assert.Single(cluster.Look(2, $"k{i}")!.Rows).Row.ToArray());
        }

        Assert.Equal((100, 100), (cluster.HintCounters.Stored, cluster.HintCounters.Replayed));
        Assert.Equal(0, HintsOnDisk(cluster));
    }

    [Theory]
    [InlineData(Trouble.Silent)]
    [InlineData(Trouble.Failing)]
    [InlineData(Trouble.Overloaded)]
    [InlineData(Trouble.Unreachable)]
    public async Task A_replica_that_did_not_acknowledge_gets_a_hint_also_after_the_client_was_answered(Trouble trouble)
    {
        var cluster = new TestCluster(hints: Ages) { TroubledVerb = Verb.Mutate };
        cluster.Troubles[2] = trouble;
        var mutation = cluster.Request(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")));
        Assert.True((await cluster.Writes.WriteAsync(mutation)).Outcome.IsSuccess);

        // The caller's bytes are the caller's again.
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(mutation.Mutation).Span.Fill(0xEE);
        cluster.Release();
        Assert.Equal(1, Assert.Single(cluster.Hints.Waiting()).Count);
        cluster.Troubles.Clear();
        await using var replayer = cluster.CreateReplayer();
        replayer.Start();
        await UntilAsync(cluster, () => cluster.Hints.Waiting().Count == 0);
        Assert.Equal(Value(10, "x"), Assert.Single(cluster.Look(2, "a")!.Rows).Row.ToArray());
        await UntilAsync(cluster, () => cluster.Writes.Held == 0);
    }

    [Fact]
    public async Task A_replica_that_acknowledged_late_but_in_time_gets_none()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[2] = Trouble.Slow;
        Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")))).Outcome.IsSuccess);
        cluster.Release();
        Assert.Empty(cluster.Hints.Waiting());
    }

    [Fact]
    public async Task A_hint_of_a_dropped_table_dies_with_it()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[2] = Trouble.Dead;
        await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")));
        cluster.DropTable();
        cluster.Revive(2);
        await using var replayer = cluster.CreateReplayer();
        replayer.Start();
        await UntilAsync(cluster, () => cluster.Hints.Waiting().Count == 0);
        Assert.Equal(1, cluster.HintCounters.Dropped(HintDrop.Stale));
        Assert.DoesNotContain(cluster.Sent, sent => sent.Verb == Verb.Replay);
    }

    [Fact]
    public async Task What_is_damaged_on_disk_is_left_out_and_counted_and_the_rest_goes_on()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[2] = Trouble.Dead;
        await cluster.WriteAsync(ConsistencyLevel.Quorum, "a", (RowKey(1), Value(10, "x")));
        await cluster.WriteAsync(ConsistencyLevel.Quorum, "b", (RowKey(1), Value(10, "y")));
        await DamageFirstAsync(cluster);
        cluster.Revive(2);
        await using var replayer = cluster.CreateReplayer();
        replayer.Start();
        await UntilAsync(cluster, () => cluster.Hints.Waiting().Count == 0);
        Assert.Equal(1, cluster.HintCounters.Dropped(HintDrop.Corrupt));
        Assert.Null(cluster.Look(2, "a"));
        Assert.NotNull(cluster.Look(2, "b"));
    }

    [Fact]
    public async Task After_a_restart_what_waits_is_known_exactly()
    {
        var cluster = new TestCluster(hints: Ages);
        cluster.Troubles[1] = Trouble.Dead;
        cluster.Troubles[2] = Trouble.Dead;
        await cluster.WriteAsync(ConsistencyLevel.One, "a", (RowKey(1), Value(10, "x")));
        await cluster.WriteAsync(ConsistencyLevel.One, "bb", (RowKey(1), Value(10, "y")));
        var again = cluster.KeeperAfterRestart(Ages, new HintCounters());
        await again.LoadAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, again.Waiting().Count);
        Assert.Equal(cluster.Hints.Waiting(), again.Waiting());
    }

    [Fact]
    public async Task At_ANY_a_durable_hint_is_enough_and_nothing_less_is()
    {
        var cluster = new TestCluster(hints: Ages);
        for (var node = 1; node < 3; node++)
        {
            cluster.Troubles[node] = Trouble.Dead;
        }

        // The coordinator's own replica takes no mutation, but its store takes hints.
        cluster.TroubledVerb = Verb.Mutate;
        cluster.Troubles[0] = Trouble.Failing;
        var any = await cluster.WriteAsync(ConsistencyLevel.Any, "a", (RowKey(1), Value(10, "x")));
        Assert.Equal((RequestResult.Success, 0), (any.Outcome.Result, any.Outcome.Answered));
        Assert.Equal(3, cluster.Hints.Waiting().Count);
        var one = await cluster.WriteAsync(ConsistencyLevel.One, "b", (RowKey(1), Value(10, "x")));
        Assert.Equal(RequestResult.Failure, one.Outcome.Result);

        cluster.Replica(0).WritesEnd = WriteResult.Full;
        Assert.False((await cluster.WriteAsync(ConsistencyLevel.Any, "c", (RowKey(1), Value(10, "x")))).Outcome.IsSuccess);
    }

    [Fact]
    public async Task At_ANY_with_no_replica_and_no_hints_nothing_was_done_and_that_is_what_is_said()
    {
        var cluster = new TestCluster("bb", hints: Ages with { Window = TimeSpan.Zero });
        cluster.Troubles[0] = cluster.Troubles[1] = Trouble.Dead;
        var any = await cluster.WriteAsync(ConsistencyLevel.Any, "a", (RowKey(1), Value(10, "x")));
        Assert.Equal(new RequestOutcome(RequestResult.Unavailable, 1, 0, 0, false), any.Outcome);
        Assert.Equal(2, cluster.HintCounters.Dropped(HintDrop.Off));
    }

    [Fact]
    public async Task Over_the_cap_hints_are_dropped_and_counted_and_writes_go_on()
    {
        var cluster = new TestCluster(hints: Ages with { BytesPerTargetMax = 500 });
        cluster.Troubles[2] = Trouble.Dead;
        for (var i = 0; i < 20; i++)
        {
            Assert.True((await cluster.WriteAsync(ConsistencyLevel.Quorum, $"k{i}", (RowKey(1), Value(10, "x")))).Outcome.IsSuccess);
        }

        var waiting = Assert.Single(cluster.Hints.Waiting());
        Assert.InRange(waiting.Bytes, 400, 500);
        Assert.Equal(20, waiting.Count + cluster.HintCounters.Dropped(HintDrop.Full));
    }

    internal static async Task UntilAsync(TestCluster cluster, Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "not within 30 s");
            cluster.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private static int HintsOnDisk(TestCluster cluster)
    {
        using var cursor = cluster.Replica(0).Engine.Scan(StorageArea.Hints, HintKey.HintsLower, HintKey.BatchesUpper, reverse: false);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static async Task DamageFirstAsync(TestCluster cluster)
    {
        var engine = cluster.Replica(0).Engine;
        byte[] key;
        byte[] value;
        using (var cursor = engine.Scan(StorageArea.Hints, HintKey.HintsLower, HintKey.HintsUpper, reverse: false))
        {
            Assert.True(cursor.MoveNext());
            (key, value) = (cursor.Key.ToArray(), cursor.Value.ToArray());
        }

        value[^3] ^= 0xFF;
        value[8] ^= 0xFF;
        var batch = new StorageBatch();
        batch.Put(StorageArea.Hints, key, value);
        await engine.CommitAsync(batch);
    }
}
