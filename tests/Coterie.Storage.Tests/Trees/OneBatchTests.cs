using Coterie.Storage.Memory;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Storage.Tests.Trees;

/// <summary>A leaf that was read and a write that was worked out from it, as a sweep is, in one and the same batch.</summary>
public sealed class OneBatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MemoryDisk _disk = new();

    [Theory]
    [InlineData(true, new int[0])]
    [InlineData(false, new int[0])]
    [InlineData(true, new[] { 10 })]
    [InlineData(false, new[] { 10 })]
    [InlineData(true, new[] { 4, 10, 14 })]
    public async Task A_leaf_of_which_rows_go_is_not_clean_whichever_comes_first(bool readFirst, int[] cuts)
    {
        var store = new TreeStore(_disk);
        await FillAsync(store);
        var read = store.Read(store.View(0), cuts);
        var removal = new Removal(store, TreeStore.Key(5), TreeStore.Key(6));

        await TogetherAsync(store, readFirst ? [read, removal] : [removal, read]);

        Assert.Equal(WriteResult.Durable, await removal.Result.WaitAsync(Patience));
        Assert.Equal(readFirst, read.WasUnchanged);

        // The other way round nothing is put in its place: it stays one leaf.
        var leaves = readFirst ? cuts.Length + 1 : 1;
        Assert.Equal((leaves, leaves), (store.Described.Leaves, store.Described.Dirty));
        await AssertTrueAsync(store);
    }

    [Fact]
    public async Task A_leaf_that_was_removed_as_empty_comes_back_for_what_is_written_to_it()
    {
        var store = new TreeStore(_disk);
        await FillAsync(store);
        Assert.True(await store.CleanAsync(store.Read(store.View(0), 10)));
        await store.WriteAsync(15, value: 9);
        var gone = new CleanWrite(store.Leaves, store.View(15), []);
        var removal = new Removal(store, TreeStore.Key(5), TreeStore.Key(15));

        await TogetherAsync(store, gone, removal);

        Assert.Equal(WriteResult.Durable, await removal.Result.WaitAsync(Patience));
        Assert.Equal((2, 2), (store.Described.Leaves, store.Described.Dirty));
        await AssertTrueAsync(store);
    }

    [Fact]
    public async Task A_range_that_goes_marks_all_that_was_put_in_its_place()
    {
        var store = new TreeStore(_disk);
        await FillAsync(store);
        var read = store.Read(store.View(0), 10);
        var removal = new Removal(store, TreeStore.Key(8), TreeStore.Key(12)) { IsRange = true };

        await TogetherAsync(store, read, removal);

        Assert.Equal(WriteResult.Durable, await removal.Result.WaitAsync(Patience));
        Assert.Equal((2, 2), (store.Described.Leaves, store.Described.Dirty));
        await AssertTrueAsync(store);
    }

    [Fact]
    public async Task A_disk_that_is_full_leaves_the_leaf_as_it_was()
    {
        var store = new TreeStore(_disk);
        await FillAsync(store);
        _disk.NoSpace = true;
        var removal = new Removal(store, TreeStore.Key(5));

        await TogetherAsync(store, store.Read(store.View(0), 10), removal);

        Assert.Equal(WriteResult.Full, await removal.Result.WaitAsync(Patience));
        Assert.Equal((1, 1), (store.Described.Leaves, store.Described.Dirty));
        _disk.NoSpace = false;
        await AssertTrueAsync(store);
    }

    private static async Task FillAsync(TreeStore store)
    {
        for (var number = 0; number < 20; number++)
        {
            await store.WriteAsync(number);
        }
    }

    private static async Task TogetherAsync(TreeStore store, params IPendingWrite[] writes)
    {
        var gate = new Gate(() => Assert.All(writes, write => Assert.True(store.Writer.TryEnqueue(write))));
        Assert.True(store.Writer.TryEnqueue(gate));
        await gate.Done.WaitAsync(Patience);
    }

    /// <summary>Now, and when everything has been read: on disk, and in memory as after a restart.</summary>
    private async Task AssertTrueAsync(TreeStore store)
    {
        TreeStore.AssertRecordsAreTrue(store.Engine);
        for (var turn = 0; store.Described.Dirty > 0; turn++)
        {
            Assert.True(turn < 10, "a dirty leaf does not become clean");
            store.Leaves.Tick();
            store.Time.Advance(TimeSpan.FromMinutes(1));
            foreach (var view in store.Leaves.TakeDirty(long.MaxValue, static _ => true))
            {
                Assert.True(await store.CleanAsync(store.Read(view)));
            }
        }

        Assert.Equal(store.Described.Leaves, TreeStore.AssertRecordsAreTrue(store.Engine));
        Assert.Equal(store.Described, new TreeStore(_disk).Described);
    }

    /// <summary>Filled into a batch, it has the others follow it there: the loop drains the queue before it commits.</summary>
    private sealed class Gate(Action open) : IPendingWrite
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public int Bytes => 0;

        public void AppendTo(StorageBatch batch) => open();

        public void Completed(WriteResult result) => _done.SetResult();
    }

    /// <summary>Removes rows whether anybody has written since or not, as a sweep that has looked again.</summary>
    private sealed class Removal(TreeStore store, params byte[][] keys)
        : ConditionalWrite(store.Leaves, store.Leaves.Survey.BasisOf(keys[0], [.. keys[^1], 0]))
    {
        private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsRange { get; init; }

        public Task<WriteResult> Result => _result.Task;

        public override int Bytes => 64;

        public override void Completed(WriteResult result) => _result.SetResult(result);

        protected override void AppendUnchanged(StorageBatch batch)
        {
            if (IsRange)
            {
                batch.DeleteRange(StorageArea.Data, keys[0], keys[^1]);
                return;
            }

            foreach (var key in keys)
            {
                batch.Delete(StorageArea.Data, key);
            }
        }

        protected override void AppendChanged(StorageBatch batch) => AppendUnchanged(batch);
    }
}
