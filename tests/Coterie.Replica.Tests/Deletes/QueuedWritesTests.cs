using System.Buffers;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Model.Time;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Replica.Trees;
using Microsoft.Extensions.Logging.Abstractions;
using static Coterie.Replica.Tests.ReplicaFixture;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests.Deletes;

/// <summary>What was taken and waits for the writer while the replica comes to refuse it.</summary>
public sealed class QueuedWritesTests
{
    private static readonly DeletionRules Rules = new(TimeSpan.FromDays(10), TimeSpan.FromMinutes(10));
    private static readonly FormationTime Cut = Rules.CutOf(Now);
    private static readonly FormationTime Before = new(Cut.Milliseconds - 1);
    private readonly ReplicaFixture _replica = new() { IsFormed = true };
    private readonly TreeCounters _counters = new();

    private ReplicaGroup Group => _replica.Group;

    [Fact]
    public async Task A_mutation_is_refused_by_a_floor_that_rose_meanwhile()
    {
        var formed = Rules.FloorOf(Now);
        _replica.Hold = true;
        Assert.Null(_replica.Mutate(Mutation("a", formed, (RowKey(1), Value(1, "x")))));
        _replica.Hold = false;
        await _replica.Horizons.BeginAsync(Table, Group, Second, new FormationTime(Now.Milliseconds + 1), null, default);

        _replica.Complete(_replica.Held.Dequeue());

        Assert.Equal(ReplyStatus.Stale, _replica.LastReply);
        Assert.Equal((0, 1), (_replica.Counters.MutationsApplied, _replica.Counters.MutationsTooOld));
        Assert.Empty(_replica.Read(Single("a", Slice(0, 9))).Partitions);

        // What is pooled forgets that it was refused.
        Assert.Equal(ReplyStatus.Ok, _replica.Mutate(Mutation("a", (RowKey(1), Value(1, "x")))));
    }

    [Fact]
    public void A_mutation_of_a_table_that_was_dropped_meanwhile_is_not_written()
    {
        _replica.Hold = true;
        Assert.Null(_replica.Mutate(Mutation("a", (RowKey(1), Value(1, "x")))));
        _replica.Truncate();
        _replica.Complete(_replica.Held.Dequeue());
        Assert.Equal(ReplyStatus.Stale, _replica.LastReply);
        Assert.Equal(0, _replica.Counters.MutationsApplied);
    }

    [Fact]
    public async Task A_read_repair_is_refused_by_a_sweep_that_began_meanwhile()
    {
        await RaiseHorizonAsync();
        _replica.Hold = true;
        Assert.Null(_replica.Repair(Before, Mutation("a", (RowKey(1), Value(1, "x")))));
        _replica.Hold = false;
        await _replica.Horizons.BeginSweepAsync(Table, Group);

        _replica.Complete(_replica.Held.Dequeue());

        Assert.Equal(ReplyStatus.Stale, _replica.LastReply);
        Assert.Empty(_replica.Read(Single("a", Slice(0, 9))).Partitions);
    }

    [Theory]
    [InlineData(false, ReplyStatus.Ok, 1)]
    [InlineData(true, ReplyStatus.Failed, 0)]
    public async Task Rows_of_an_exchange_are_refused_by_a_sweep_that_began_meanwhile(bool sweeps, ReplyStatus expected, int rows)
    {
        await RaiseHorizonAsync();
        var handler = new TreeRepairHandler(_replica, new LiveTables(_replica), _replica.Horizons, _counters, NullLogger<TreeRepairHandler>.Instance);
        _replica.Hold = true;
        handler.Handle(new Request(Second, Verb.TreeRepair, Repair(Before), long.MaxValue, new ReplyTo(_replica, 99)));
        _replica.Hold = false;
        if (sweeps)
        {
            await _replica.Horizons.BeginSweepAsync(Table, Group);
        }

        _replica.Complete(_replica.Held.Dequeue());

        Assert.Equal(expected, _replica.LastReply);
        Assert.Equal((rows, sweeps ? 1 : 0), (_counters.RowsRepaired, _counters.RepairsRefused));
        Assert.Equal(rows, _replica.Read(Single("a", Slice(0, 9))).Partitions.Count);
    }

    private async Task RaiseHorizonAsync() =>
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, PairCuts.None(3).Raise(0, 1, Cut).Raise(0, 2, Cut).Raise(1, 2, Cut), default);

    private static byte[] Repair(FormationTime horizon)
    {
        var key = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(Table, Partitioner.TokenOf(Key("a")), Key("a"), key);
        key.Write(RowKey(1));
        var body = new ArrayBufferWriter<byte>();
        body.WriteInt64(horizon.Milliseconds);
        body.WriteInt64(0);
        body.WriteUInt32(Table.Value);
        EntryList.Add(key.WrittenSpan, Value(1, "x"), body);
        return body.WrittenSpan.ToArray();
    }
}
