using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;
using Coterie.Storage.Writer;
using static Coterie.Replica.Tests.ReplicaFixture;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests.Deletes;

public sealed class HorizonsTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(10);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);
    private readonly ReplicaFixture _replica = new() { IsFormed = true };

    private ReplicaGroup Group => _replica.Group;

    private static FormationTime Cut => new DeletionRules(Grace, Skew).CutOf(Now);

    [Fact]
    public async Task The_horizon_rises_with_the_last_pair()
    {
        await ExchangeAsync(Second);
        await ExchangeAsync(Third);
        Assert.Equal(0, _replica.Horizons.HorizonOf(Table, new Token(5)).Milliseconds);

        // The pair of the two others is heard of.
        var others = PairCuts.None(3).Raise(1, 2, Cut);
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, others, default);
        Assert.Equal(Cut, _replica.Horizons.HorizonOf(Table, new Token(5)));
        Assert.Equal(Cut, _replica.Horizons.HorizonOf(Table, Token.Minimum, new Token(long.MaxValue)));
    }

    [Fact]
    public async Task The_pair_that_holds_the_horizon_back_is_told()
    {
        await ExchangeAsync(Second);
        Assert.Equal([new HorizonLag(Table, default, Self, Third)], _replica.Horizons.Lagging());
        await ExchangeAsync(Third);
        Assert.Equal([new HorizonLag(Table, default, Second, Third)], _replica.Horizons.Lagging());
        Assert.Equal(0, _replica.Horizons.Incomplete);
        await _replica.Horizons.LoseAsync(1_000);
        Assert.Equal(1, _replica.Horizons.Incomplete);
    }

    [Fact]
    public async Task All_of_it_is_there_after_a_restart()
    {
        await RaiseHorizonAsync();
        await _replica.Horizons.BeginSweepAsync(Table, Group);
        var again = _replica.Restarted();

        Assert.Equal(Cut, again.HorizonOf(Table, new Token(5)));
        Assert.Equal(_replica.Horizons.StateOf(Table, Group)!.Encode(), again.StateOf(Table, Group)!.Encode());
        Assert.True(again.RefusesMutation(Table, Floored(-1)));
        Assert.True(again.RefusesReadRepair(Table, new Token(5), new FormationTime(Cut.Milliseconds - 1)));
        Assert.False(again.RefusesReadRepair(Table, new Token(5), Cut));
    }

    [Fact]
    public async Task What_is_not_durable_does_not_begin_an_exchange_nor_a_sweep()
    {
        await RaiseHorizonAsync();
        _replica.WriterEndsWith = WriteResult.Failed;
        await Assert.ThrowsAsync<IOException>(() => _replica.Horizons.BeginAsync(Table, Group, Second, Now, null, default));
        await Assert.ThrowsAsync<IOException>(() => _replica.Horizons.BeginSweepAsync(Table, Group));
    }

    [Fact]
    public async Task Mutations_from_below_the_floor_are_refused_whatever_this_nodes_clock_says()
    {
        // The driver's clock is a minute ahead.
        const int Minute = 60_000;
        Assert.Equal(ReplyStatus.Ok, _replica.Mutate(Mutation("a", Floored(Minute - 1), (RowKey(1), Value(1, "x")))));
        await _replica.Horizons.BeginAsync(Table, Group, Second, new FormationTime(Now.Milliseconds + Minute), null, default);
        Assert.Equal(ReplyStatus.Stale, _replica.Mutate(Mutation("a", Floored(Minute - 1), (RowKey(1), Value(1, "x")))));
        Assert.Equal(ReplyStatus.Ok, _replica.Mutate(Mutation("a", Floored(Minute), (RowKey(1), Value(1, "x")))));
        Assert.Equal(1, _replica.Counters.MutationsTooOld);
    }

    [Fact]
    public void Mutations_older_than_the_grace_and_a_skew_are_refused()
    {
        _replica.Time.Advance(Grace + Skew);
        Assert.Equal(ReplyStatus.Ok, _replica.Mutate(Mutation("a", Now, (RowKey(1), Value(1, "x")))));
        _replica.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReplyStatus.Stale, _replica.Mutate(Mutation("a", Now, (RowKey(1), Value(1, "x")))));
    }

    [Fact]
    public async Task A_read_repair_from_before_a_sweep_is_refused()
    {
        await RaiseHorizonAsync();
        var before = new FormationTime(Cut.Milliseconds - 1);
        Assert.Equal(ReplyStatus.Ok, _replica.Repair(before, Mutation("a", (RowKey(1), Value(1, "x")))));

        await _replica.Horizons.BeginSweepAsync(Table, Group);
        Assert.Equal(ReplyStatus.Stale, _replica.Repair(before, Mutation("a", (RowKey(1), Value(1, "x")))));
        Assert.Equal(ReplyStatus.Ok, _replica.Repair(Cut, Mutation("a", (RowKey(1), Value(1, "x")))));
        Assert.Equal(1, _replica.Counters.RepairsRefused);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_read_repair_that_is_no_repair_is_malformed(int length)
    {
        Assert.Equal(ReplyStatus.Failed, _replica.RepairRaw(new byte[length]));
        Assert.Equal(1, _replica.Counters.Malformed);
    }

    [Fact]
    public async Task What_the_horizon_allows_to_be_swept_is_not_answered_but_still_shadows()
    {
        await RaiseHorizonAsync();
        var old = new FormationTime(Cut.Milliseconds - 1);
        _replica.Apply("a", (RowKey(1), Tombstone(5, old)), (RowKey(2), Tombstone(5, Cut)), (RowKey(3), Value(9, "x")));
        _replica.Apply("b", ([0x10], Deletion(5, old)), (RowKey(1), Value(4, "gone")));
        _replica.Apply("c", ([0x10], Deletion(0, default, hasRanges: true)), (RangeKey(1, 3), Deletion(5, old)), (RowKey(2), Value(4, "gone")), (RowKey(3), Value(4, "y")));

        Assert.Equal([2, 3], _replica.Read(Single("a", RowSlice.All)).Partitions[0].Rows.Select(row => (int)row.EntryKey.Span[1]));
        Assert.Empty(_replica.Read(Single("b", RowSlice.All)).Partitions);
        var ranged = Assert.Single(_replica.Read(Single("c", RowSlice.All)).Partitions);
        Assert.Empty(ranged.Ranges);
        Assert.Equal(3, Assert.Single(ranged.Rows).EntryKey.Span[1]);
        Assert.Equal(Cut, ReadReply.HorizonOf(_replica.ReadRaw(Request(Single("a", RowSlice.All), ReadRequestHead.Data)).Body));
    }

    [Fact]
    public async Task Who_has_lost_writes_answers_no_read_until_it_has_exchanged_with_all_others()
    {
        _replica.Apply("a", (RowKey(1), Value(1, "x")));
        await _replica.Horizons.LoseAsync(1_000);
        Assert.Equal(ReplyStatus.Failed, ReadStatus());
        Assert.Equal(ReplyStatus.Ok, _replica.Apply("a", (RowKey(2), Value(1, "y"))));
        Assert.Equal(ReplyStatus.Stale, _replica.Repair(Now, Mutation("a", (RowKey(1), Value(1, "x")))));

        // These begin while a coordinator may still wait for what was lost: whoever heard of a cut of theirs would take this node for complete.
        foreach (var peer in new[] { Second, Third })
        {
            await _replica.Horizons.BeginAsync(Table, Group, peer, Now, null, default);
            Assert.False(await _replica.Horizons.EndAsync(Table, Group, peer, Now));
        }

        Assert.False(_replica.Horizons.StateOf(Table, Group)!.OthersHaveAll(Second));
        Assert.Equal(PairCuts.None(3).ToArray(), _replica.Horizons.StateOf(Table, Group)!.Deletes.Cuts.ToArray());
        Assert.Equal([Second, Third], _replica.Horizons.StateOf(Table, Group)!.Missing(Self));

        _replica.Time.Advance(TimeSpan.FromSeconds(5));
        await ExchangeAsync(Second);
        Assert.Equal([Third], _replica.Horizons.StateOf(Table, Group)!.Missing(Self));
        Assert.Equal(ReplyStatus.Failed, ReadStatus());
        await ExchangeAsync(Third);
        Assert.Equal(ReplyStatus.Ok, ReadStatus());
        Assert.Equal(2, _replica.Counters.ReadsIncomplete);
    }

    [Fact]
    public async Task A_loss_survives_a_restart_and_spares_tables_made_later()
    {
        await _replica.Horizons.LoseAsync(1_000);
        Assert.False(_replica.Horizons.AnswersReads(Table, new Token(5)));
        Assert.False(_replica.Restarted().AnswersReads(Table, new Token(5)));

        _replica.Time.Advance(TimeSpan.FromSeconds(5));
        await ExchangeAsync(Second);
        await ExchangeAsync(Third);
        _replica.Truncate();
        Assert.True(_replica.Horizons.AnswersReads(new StorageId(8), new Token(5)));
    }

    [Fact]
    public async Task Each_loss_is_a_later_incarnation_whatever_the_clock_says()
    {
        await _replica.Horizons.LoseAsync(2_000);
        _replica.Time.Advance(TimeSpan.FromSeconds(5));
        await ExchangeAsync(Second);
        await _replica.Horizons.LoseAsync(1_000);
        Assert.Equal(2_001, _replica.Horizons.StateOf(Table, Group)!.Deletes.Cuts.Incarnations()[0]);

        // A peer that knows of a later one than it has itself makes it begin another.
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, PairCuts.None(3).Reborn(0, 3_000), default);
        var restarted = _replica.Restarted();
        await restarted.LoseAsync(1_000);
        Assert.Equal(3_002, restarted.StateOf(Table, Group)!.Deletes.Cuts.Incarnations()[0]);
        Assert.False(restarted.AnswersReads(Table, new Token(5)));
    }

    [Fact]
    public async Task A_table_that_it_hears_of_before_it_has_exchanged_with_all_may_be_an_old_one()
    {
        await _replica.Horizons.LoseAsync(1_000);
        _replica.Time.Advance(TimeSpan.FromSeconds(5));
        await ExchangeAsync(Second);
        _replica.Truncate();
        Assert.False(_replica.Horizons.AnswersReads(new StorageId(8), new Token(5)));
        Assert.False(_replica.Restarted().AnswersReads(new StorageId(8), new Token(5)));
    }

    [Fact]
    public async Task What_a_peer_gone_for_good_had_can_be_given_up()
    {
        _replica.Time.Advance(TimeSpan.FromSeconds(5));
        await _replica.Horizons.LoseAsync(1_000);
        await ExchangeAsync(Second);
        Assert.Single(await _replica.Horizons.AcceptLossAsync(Third));
        Assert.Equal(ReplyStatus.Ok, ReadStatus());
        Assert.Empty(await _replica.Horizons.AcceptLossAsync(Third));
    }

    [Fact]
    public async Task A_peer_that_knew_a_later_store_of_this_node_makes_it_incomplete()
    {
        var cuts = PairCuts.None(3).Reborn(0, 2_000);
        var state = await _replica.Horizons.BeginAsync(Table, Group, Second, Now, cuts, default);
        Assert.Equal(2_001, state.Deletes.Cuts.Incarnations()[0]);
        Assert.False(_replica.Horizons.AnswersReads(Table, new Token(5)));
    }

    [Fact]
    public async Task An_exchange_of_an_earlier_incarnation_ends_with_nothing()
    {
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, null, default);
        var reborn = PairCuts.None(3).Reborn(2, 9);
        await _replica.Horizons.BeginAsync(Table, Group, Third, Now, reborn, default);
        Assert.False(await _replica.Horizons.EndAsync(Table, Group, Second, Now));
        Assert.True(await _replica.Horizons.EndAsync(Table, Group, Third, Now));
        Assert.True(_replica.Horizons.RefusesRepair(Table, new Token(5), Now, incarnation: 5));
        Assert.False(_replica.Horizons.RefusesRepair(Table, new Token(5), Now, incarnation: 0));
    }

    [Fact]
    public async Task States_of_tables_that_are_no_more_are_removed()
    {
        await RaiseHorizonAsync();
        _replica.Truncate();
        await _replica.Horizons.ForgetDeadTablesAsync();
        Assert.Equal(0, _replica.Restarted().HorizonOf(Table, new Token(5)).Milliseconds);
        await Assert.ThrowsAsync<MalformedDataException>(() => _replica.Horizons.BeginAsync(Table, Group, Second, Now, null, default));
    }

    [Fact]
    public void A_damaged_state_is_malformed()
    {
        var good = GroupState.Fresh([Self, Second, Third]).Encode();
        Assert.Equal(good, GroupState.Decode(good).Encode());
        for (var length = 0; length < good.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => GroupState.Decode(good.AsSpan(0, length)));
        }
    }

    private static FormationTime Floored(long more) => new(new DeletionRules(Grace, Skew).FloorOf(Now).Milliseconds + more);

    private ReplyStatus ReadStatus() => _replica.ReadRaw(Request(Single("a", RowSlice.All), ReadRequestHead.Data)).Status;

    private async Task RaiseHorizonAsync()
    {
        await ExchangeAsync(Second);
        await ExchangeAsync(Third);
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, PairCuts.None(3).Raise(1, 2, Cut), default);
    }

    private async Task ExchangeAsync(NodeId peer)
    {
        await _replica.Horizons.BeginAsync(Table, Group, peer, Now, null, default);
        Assert.True(await _replica.Horizons.EndAsync(Table, Group, peer, Now));
    }
}
