using Coterie.Cluster.Transport;
using Coterie.Model.Time;
using Coterie.Storage;
using Coterie.Storage.Trees;
using static Coterie.Replica.Tests.Trees.TreeFixture;

namespace Coterie.Replica.Tests.Trees;

public sealed class TreeKeeperTests : IAsyncDisposable
{
    private readonly TreeFixture _replica = new();

    private TableLeaves Described => _replica.Leaves.Survey.Describe(Table.Value);

    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    [Fact]
    public async Task A_leaf_that_was_filled_in_bulk_is_cut_into_leaves_of_about_256()
    {
        _replica.Write(Enumerable.Range(0, 20_000));
        Assert.Equal((1, 1), (Described.Leaves, Described.Dirty));

        await _replica.KeepUntilAsync(() => Described.Dirty == 0);

        Assert.InRange(Described.Leaves, 20_000 / 256 / 2, 20_000 / 256 * 2);
        Assert.Equal(20_000, Described.Entries);
        var reads = _replica.Counters.RowsRead;
        Assert.Equal(20_000, _replica.Hash().Count);
        Assert.Equal(reads, _replica.Counters.RowsRead);
    }

    [Fact]
    public async Task Leaves_of_a_leader_based_table_are_not_read_for_their_hash()
    {
        await using var replica = new TreeFixture { IsLeaderBased = true };
        replica.Write(Enumerable.Range(0, 1_000));
        var turns = 0;
        await replica.KeepUntilAsync(() => ++turns > 1_000);
        Assert.Equal(0, replica.Counters.RowsRead);
    }

    [Fact]
    public async Task Leaves_of_a_leader_based_table_are_cut_when_they_have_grown_also_after_a_restart()
    {
        await using var replica = new TreeFixture { IsLeaderBased = true };
        replica.Write(Enumerable.Range(0, 1_000));
        var turns = 0;
        await replica.KeepUntilAsync(() => ++turns > 100);
        replica.Write(Enumerable.Range(1_000, 19_000));
        await replica.KeepUntilAsync(() => replica.Leaves.Survey.Describe(Table.Value).Leaves > 20);

        await using var again = new TreeFixture(replica.Disk) { IsLeaderBased = true };
        turns = 0;
        await again.KeepUntilAsync(() => ++turns > 100);
        again.Write(Enumerable.Range(100_000, 200_000));
        await again.KeepUntilAsync(() => again.Leaves.Survey.Describe(Table.Value).Leaves > 100);
    }

    [Fact]
    public async Task A_write_afterwards_is_one_leaf_to_read_and_the_hash_is_that_of_all_rows()
    {
        _replica.Write(Enumerable.Range(0, 5_000));
        await _replica.KeepUntilAsync(() => Described.Dirty == 0);
        var before = (Read: _replica.Counters.RowsRead, Described.Leaves);

        _replica.Write([7], timestamp: 9);
        Assert.Equal(1, Described.Dirty);
        await _replica.KeepUntilAsync(() => Described.Dirty == 0);

        Assert.InRange(_replica.Counters.RowsRead - before.Read, 1, 4_000);
        await using var again = new TreeFixture(_replica.Disk);
        Assert.Equal((before.Leaves, 0), (again.Leaves.Survey.Describe(Table.Value).Leaves, again.Leaves.Survey.Describe(Table.Value).Dirty));
        var everything = new TreeFixture();
        everything.Write(Enumerable.Range(0, 5_000));
        everything.Write([7], timestamp: 9);
        everything.Settle();
        Assert.Equal(everything.Hash(), again.Hash());
        await everything.DisposeAsync();
    }

    [Fact]
    public async Task A_clean_leaf_that_is_not_what_its_hash_says_is_found_and_put_right()
    {
        _replica.Write(Enumerable.Range(0, 2_000));
        await _replica.KeepUntilAsync(() => Described.Dirty == 0);
        var whole = _replica.Hash();
        var behindOurBack = new StorageBatch();
        behindOurBack.Delete(StorageArea.Data, Key(7));
        await _replica.Engine.CommitAsync(behindOurBack);
        Assert.Equal(whole, _replica.Hash());

        await _replica.KeepUntilAsync(() => _replica.Counters.LeavesWrong == 1 && Described.Dirty == 0);

        Assert.Equal(1_999, _replica.Hash().Count);
        var read = _replica.Counters.CleanLeavesRead;
        await _replica.KeepUntilAsync(() => _replica.Counters.CleanLeavesRead >= read + (2 * Described.Leaves));
        Assert.Equal(1, _replica.Counters.LeavesWrong);
    }

    [Fact]
    public async Task Tombstones_and_what_has_expired_are_counted_also_after_a_restart()
    {
        var now = _replica.Time.GetUtcNow();
        _replica.Write(Enumerable.Range(0, 100));
        var repair = Repair(
            (Key(200), TestData.Tombstone(5, new FormationTime(now.ToUnixTimeMilliseconds()))),
            (Key(201), TestData.Deletion(5, new FormationTime(1))),
            (Key(202), TestData.Expiring(5, now.ToUnixTimeSeconds() - 1)),
            (Key(203), TestData.Expiring(5, now.AddDays(1).ToUnixTimeSeconds())));
        Assert.Equal(ReplyStatus.Ok, _replica.Ask(Verb.TreeRepair, repair).Status);
        Assert.Equal(0, Described.Tombstones);

        await _replica.KeepUntilAsync(() => Described.Dirty == 0);

        Assert.Equal(3, Described.Tombstones);
        await using var again = new TreeFixture(_replica.Disk);
        Assert.Equal(Described, again.Leaves.Survey.Describe(Table.Value));
    }

    [Fact]
    public async Task Rows_and_leaves_of_a_table_that_is_gone_are_removed()
    {
        _replica.Write(Enumerable.Range(0, 3_000));
        await _replica.KeepUntilAsync(() => Described.Dirty == 0);
        _replica.Truncate();

        await _replica.KeepUntilAsync(() => _replica.Leaves.Survey.Tables().Count == 0);

        Assert.Equal(0, _replica.Rows(Table.Value));
        await using var again = new TreeFixture(_replica.Disk);
        Assert.Empty(again.Leaves.Survey.Tables());
    }

    [Fact]
    public async Task So_are_those_that_were_never_read_before_a_restart()
    {
        _replica.Write(Enumerable.Range(0, 100));
        await using var again = new TreeFixture(_replica.Disk);
        again.Truncate();

        await again.KeepUntilAsync(() => again.Leaves.Survey.Tables().Count == 0);

        Assert.Equal(0, again.Rows(Table.Value));
    }

    [Fact]
    public async Task A_leaf_that_cannot_be_read_stays_dirty_and_is_counted()
    {
        _replica.Write(Enumerable.Range(0, 100));
        _replica.Disk.IsDamaged = static (_, _) => true;

        await _replica.KeepUntilAsync(() => _replica.Counters.Corrupt > 2);

        Assert.Equal(1, Described.Dirty);
        _replica.Disk.IsDamaged = null;
        await _replica.KeepUntilAsync(() => Described.Dirty == 0);
        Assert.Equal(100, _replica.Hash().Count);
    }
}
