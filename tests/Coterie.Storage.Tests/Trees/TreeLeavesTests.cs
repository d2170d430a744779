using Coterie.Storage.Memory;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Storage.Tests.Trees;

/// <summary>The marks that writes leave, through a real writer.</summary>
public sealed class TreeLeavesTests
{
    private readonly MemoryDisk _disk = new();

    [Fact]
    public async Task A_write_marks_its_leaf_and_no_other_in_one_batch_with_the_data()
    {
        var store = await CleanAsync();
        Assert.Equal(new TableLeaves(2, 0, 20), store.Described);

        Assert.Equal(WriteResult.Durable, await store.WriteAsync(15, value: 9));

        Assert.Equal(new TableLeaves(2, 1, 20), store.Described);
        Assert.Equal([0], store.Record(TreeStore.Key(10)));
        Assert.Equal(1, TreeStore.AssertRecordsAreTrue(store.Engine));
    }

    [Fact]
    public async Task Clean_counts_only_if_nobody_has_written_since_it_was_read()
    {
        var store = await CleanAsync();
        await store.WriteAsync(15, value: 9);
        var read = store.Read(store.View(15));
        await store.WriteAsync(16, value: 9);

        Assert.False(await store.CleanAsync(read));
        Assert.Equal(1, store.Described.Dirty);
        Assert.True(await store.CleanAsync(store.Read(store.View(15))));
        Assert.Equal(new TableLeaves(2, 0, 20), store.Described);
    }

    [Fact]
    public async Task Clean_does_not_count_in_one_batch_with_a_write_to_the_leaf()
    {
        var store = await CleanAsync();
        await store.WriteAsync(15, value: 9);
        var read = store.Read(store.View(15));

        // Whether they meet in one batch or not: the write was taken first.
        var write = store.WriteAsync(16, value: 9);
        Assert.False(await store.CleanAsync(read));
        Assert.Equal(WriteResult.Durable, await write);
        Assert.Equal(1, store.Described.Dirty);
        TreeStore.AssertRecordsAreTrue(store.Engine);
    }

    [Fact]
    public async Task A_disk_that_is_full_takes_its_marks_back_and_the_next_write_marks_again()
    {
        var store = await CleanAsync();
        _disk.NoSpace = true;
        Assert.Equal(WriteResult.Full, await store.WriteAsync(15, value: 9));
        Assert.Equal(0, store.Described.Dirty);
        Assert.Equal(2, TreeStore.AssertRecordsAreTrue(store.Engine));

        _disk.NoSpace = false;
        Assert.Equal(WriteResult.Durable, await store.WriteAsync(15, value: 9));
        Assert.Equal(1, store.Described.Dirty);
        Assert.Equal(1, TreeStore.AssertRecordsAreTrue(store.Engine));
    }

    [Fact]
    public async Task A_disk_that_is_full_leaves_a_leaf_that_was_read_dirty()
    {
        var store = await CleanAsync();
        await store.WriteAsync(15, value: 9);
        var read = store.Read(store.View(15));
        _disk.NoSpace = true;
        Assert.False(await store.CleanAsync(read));
        Assert.Equal(1, store.Described.Dirty);
        _disk.NoSpace = false;
        Assert.True(await store.CleanAsync(store.Read(store.View(15))));
    }

    [Fact]
    public async Task After_a_stop_all_is_as_it_was()
    {
        var store = await CleanAsync();
        await store.WriteAsync(15, value: 9);
        await store.Writer.StopAsync();

        var again = new TreeStore(_disk);

        Assert.Equal((2, 1), (again.Described.Leaves, again.Described.Dirty));
        var unread = Assert.Single(again.Views());
        Assert.Equal(TreeStore.Key(10), unread.Start);
        Assert.True(await again.CleanAsync(again.Read(unread)));
        Assert.Equal(new TableLeaves(2, 0, 20), again.Described);
    }

    [Fact]
    public async Task A_damaged_record_is_counted_and_read_anew()
    {
        var store = await CleanAsync();
        await store.Writer.StopAsync();
        var batch = new StorageBatch();
        batch.Put(StorageArea.Trees, TreeStore.Key(10), [1, 2, 3]);
        await store.Engine.CommitAsync(batch);

        var again = new TreeStore(_disk);

        Assert.Equal(1, again.Leaves.DamagedRecords);
        Assert.Equal(TreeStore.Key(10), Assert.Single(again.Views()).Start);
        Assert.Single(again.Leaves.TakeDirty(1, static _ => true));
    }

    [Fact]
    public async Task A_table_whose_rows_were_never_read_is_known_after_a_restart()
    {
        var store = new TreeStore(_disk);
        await store.WriteAsync(1);
        await store.Writer.StopAsync();

        var again = new TreeStore(_disk);

        Assert.Equal([TreeStore.Table], again.Leaves.Survey.Tables());
        Assert.Single(again.Leaves.TakeDirty(1, static _ => true));
    }

    [Fact]
    public async Task Damaged_rows_do_not_keep_it_from_starting()
    {
        var store = await CleanAsync();
        await store.Writer.StopAsync();
        _disk.IsDamaged = static (area, _) => area == StorageArea.Data;

        Assert.Equal(new TableLeaves(2, 0, 20), new TreeStore(_disk).Described);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whenever_it_crashes_a_record_that_says_clean_has_the_hash_of_what_is_on_disk(int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider();
        var clean = 0;
        for (var life = 0; life < 60; life++)
        {
            var store = new TreeStore(_disk, time, () => TimeSpan.FromMilliseconds(random.Next(3)));
            clean += TreeStore.AssertRecordsAreTrue(store.Engine);
            var pending = new List<Task>();
            for (var step = random.Next(30); step > 0; step--)
            {
                pending.Add(StepAsync(random, store));
                if (random.Next(4) == 0)
                {
                    await PassAsync(time, pending);
                }
            }

            // What is still under way is lost from somewhere on, or not.
            _disk.Crash(random);
            clean += TreeStore.AssertRecordsAreTrue(new MemoryEngine(_disk, time, static () => TimeSpan.Zero, Contracts.ByteSetJoin.Merge));
        }

        Assert.True(clean > 50, $"only {clean} records were ever clean: this has tested nothing");
    }

    private static Task StepAsync(Random random, TreeStore store)
    {
        var number = random.Next(100);
        if (random.Next(3) > 0)
        {
            return store.WriteAsync(number, (byte)random.Next(256));
        }

        var views = store.Views().Where(view => view.LastBatch <= store.Leaves.CommittedBatch).ToList();
        if (views.Count == 0)
        {
            return Task.CompletedTask;
        }

        var view = views[random.Next(views.Count)];
        var cut = random.Next(100);
        var isInside = TreeStore.Key(cut).AsSpan().SequenceCompareTo(view.Start) > 0 && TreeStore.Key(cut).AsSpan().SequenceCompareTo(view.End) < 0;
        return store.CleanAsync(isInside ? store.Read(view, cut) : store.Read(view));
    }

    private static async Task PassAsync(FakeTimeProvider time, List<Task> pending)
    {
        for (var turn = 0; pending.Exists(static task => !task.IsCompleted); turn++)
        {
            Assert.True(turn < 1_000_000, "a write does not end");
            time.Advance(TimeSpan.FromMilliseconds(3));
            await Task.Yield();
        }
    }

    /// <summary>Twenty rows in two leaves, both clean.</summary>
    private async Task<TreeStore> CleanAsync()
    {
        var store = new TreeStore(_disk);
        for (var number = 0; number < 20; number++)
        {
            await store.WriteAsync(number);
        }

        Assert.True(await store.CleanAsync(store.Read(store.View(0), 10)));
        return store;
    }
}
