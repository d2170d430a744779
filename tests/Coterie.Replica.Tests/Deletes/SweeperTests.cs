using System.Buffers;
using Coterie.Cluster.Ring;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using static Coterie.Replica.Tests.ReplicaFixture;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests.Deletes;

/// <summary>The sweeper over the memory engine, the real writer and the real leaves.</summary>
public sealed class SweeperTests : IAsyncLifetime, IStorageWriter
{
    private static readonly FormationTime Cut = new DeletionRules(TimeSpan.FromDays(10), TimeSpan.FromMinutes(10)).CutOf(Now);
    private static readonly FormationTime Old = new(Cut.Milliseconds - 1);
    private readonly ReplicaFixture _replica = new() { IsFormed = true };
    private readonly TreeLeaves _leaves;
    private readonly StorageWriter _writer;
    private readonly Sweeper _sweeper;
    private Action? _beforeSweep;

    public SweeperTests()
    {
        _leaves = new TreeLeaves(_replica.Engine, _replica.Time, new TreeLeavesOptions(), NullLogger<TreeLeaves>.Instance);
        _leaves.Load();
        _writer = new StorageWriter(_replica.Engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance, _leaves);
        _sweeper = new Sweeper(_replica.Engine, this, _leaves, _replica.Horizons);
    }

    private ReplicaGroup Group => _replica.Group;

    public async ValueTask InitializeAsync()
    {
        _writer.Start();
        var cuts = PairCuts.None(3).Raise(0, 1, Cut).Raise(0, 2, Cut).Raise(1, 2, Cut);
        await _replica.Horizons.BeginAsync(Table, Group, Second, Now, cuts, default);
    }

    public async ValueTask DisposeAsync() => await _writer.StopAsync();

    [Fact]
    public async Task Tombstones_from_before_the_horizon_go_and_nothing_else()
    {
        await PutAsync("a", (RowKey(1), Tombstone(5, Old)), (RowKey(2), Tombstone(5, Cut)), (RowKey(3), Value(1, "x")));
        await PutAsync("a", (EntryKey.Static.ToArray(), Tombstone(5, Old)));

        var result = await SweepAllAsync();
        Assert.Equal(new SweepResult(2, 4, IsDone: true, OldestLeft: Cut.Milliseconds), result);
        Assert.Equal([(byte)2, (byte)3], Keys("a").Select(key => key[1]));
        Assert.True(_replica.Horizons.RefusesReadRepair(Table, new Token(5), Old));
        Assert.Equal(0, (await SweepAllAsync()).Swept);
    }

    [Fact]
    public async Task A_large_partition_goes_in_steps_and_its_deletion_last()
    {
        const int Rows = 2_000;
        await PutAsync("p", (EntryKey.Header.ToArray(), Deletion(5, Old)));
        for (var i = 0; i < Rows; i++)
        {
            await PutAsync("p", ([(byte)EntryKind.Row, (byte)(i >> 8), (byte)i], Value(i % 10 == 0 ? 9 : 4, "v")));
        }

        var hadHeader = true;
        _beforeSweep = () =>
        {
            var keys = Keys("p");
            Assert.True(hadHeader || keys.Count == Rows / 10, "the deletion went before what it shadows");
            hadHeader = keys.Exists(key => key[0] == (byte)EntryKind.Header);
            Assert.True(hadHeader);
        };
        var result = await SweepAllAsync();

        Assert.True(result.IsDone);
        Assert.Equal(Rows - (Rows / 10) + 1, result.Swept);
        Assert.Equal(Rows / 10, Keys("p").Count);
        Assert.DoesNotContain(Keys("p"), key => key[0] == (byte)EntryKind.Header);
    }

    [Fact]
    public async Task Range_tombstones_go_with_what_they_shadow_and_the_flag_with_the_last()
    {
        await PutAsync("r", (EntryKey.Header.ToArray(), HasRanges()), (RangeKey(1, 3), Deletion(5, Old)), (RangeKey(2, 9), Deletion(5, Cut)));
        await PutAsync("r", (RowKey(1), Value(4, "gone")), (RowKey(2), Value(6, "x")), (RowKey(7), Value(4, "hidden")));

        Assert.True((await SweepAllAsync()).IsDone);
        var keys = Keys("r");
        Assert.Equal([EntryKey.Header.ToArray(), RangeKey(2, 9), RowKey(2), RowKey(7)], keys);
    }

    [Fact]
    public async Task A_leaf_of_rows_far_from_the_header_is_swept_under_the_partitions_deletion()
    {
        await PutAsync("a", (EntryKey.Header.ToArray(), Deletion(5, Old)), (RowKey(1), Value(4, "gone")), (RowKey(8), Value(4, "gone")));
        var prefix = Prefix("a");
        await _sweeper.SweepAsync(Table, Group, [.. prefix, .. RowKey(5)], [.. prefix, 0xFF], CancellationToken.None);
        Assert.Equal([EntryKey.Header.ToArray(), RowKey(1)], Keys("a"));
    }

    [Fact]
    public async Task What_is_written_while_a_sweep_is_on_its_way_is_not_swallowed()
    {
        await PutAsync("a", (RowKey(1), Tombstone(5, Old)));
        var written = false;
        _beforeSweep = () =>
        {
            if (!written)
            {
                written = true;
                Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("a"), .. RowKey(1)], Value(9, "new"))));
            }
        };

        Assert.True((await SweepAllAsync()).IsDone);
        Assert.True(written);
        var row = Assert.Single(_replica.Read(Single("a", RowSlice.All)).Partitions).Rows.Single();
        Assert.Equal(Value(9, "new"), row.Row.ToArray());
    }

    [Fact]
    public async Task A_leaf_that_is_written_to_all_the_time_is_swept()
    {
        await PutAsync("a", (RowKey(1), Tombstone(5, Old)), (RowKey(2), Value(1, "x")));
        var timestamp = 10L;
        _beforeSweep = () => Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("a"), .. RowKey(2)], Value(timestamp++, "y"))));
        Assert.Equal((1, true), await SweptAsync());
        Assert.Equal([RowKey(2)], Keys("a"));
    }

    [Fact]
    public async Task So_is_the_very_row_that_is_written_all_the_time()
    {
        await PutAsync("a", (RowKey(1), Tombstone(5, Old)));
        var last = Value(0, "");
        var timestamp = 10L;
        _beforeSweep = () =>
        {
            last = Value(timestamp++, "y", column: 2);
            Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("a"), .. RowKey(1)], last)));
        };
        Assert.Equal((1, true), await SweptAsync());
        Assert.Equal(last, Row("a", RowKey(1)));
    }

    [Fact]
    public async Task So_are_many_of_them_with_the_deletion_of_their_partition()
    {
        const int Rows = 1_000;
        await PutAsync("a", (EntryKey.Header.ToArray(), Deletion(5, Old)));
        for (var i = 0; i < Rows; i++)
        {
            await PutAsync("a", ([(byte)EntryKind.Row, (byte)(i >> 8), (byte)i], Value(4, "gone")));
        }

        var written = 0;
        _beforeSweep = () =>
        {
            byte[] key = [(byte)EntryKind.Row, (byte)(written >> 8), (byte)written];
            Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("a"), .. key], Value(9, "kept"))));
            written++;
        };
        Assert.True((await SweptAsync()).IsDone);
        Assert.Equal(written, Keys("a").Count);
        Assert.All(Keys("a"), key => Assert.Equal(Value(9, "kept"), Row("a", key)));
    }

    [Fact]
    public async Task A_range_tombstone_that_comes_while_the_others_go_keeps_its_header()
    {
        await PutAsync("r", (EntryKey.Header.ToArray(), HasRanges()), (RangeKey(1, 3), Deletion(5, Old)));
        _beforeSweep = () => Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("r"), .. RangeKey(4, 6)], Deletion(9, Now))));
        Assert.True((await SweptAsync()).IsDone);
        Assert.Equal([EntryKey.Header.ToArray(), RangeKey(4, 6)], Keys("r"));
    }

    [Fact]
    public async Task More_range_tombstones_than_are_shown_at_a_time_go_all_the_same()
    {
        const int Ranges = (2 * PartitionDeletions.RangesMax) + 500;
        await PutAsync("r", (EntryKey.Header.ToArray(), HasRanges()));
        await WriteAsync(Enumerable.Range(0, Ranges).Select(static i => ((byte[])[.. Prefix("r"), .. WideRangeKey(i)], Deletion(5, Old))));
        await WriteAsync(Enumerable.Range(0, Ranges).Where(static i => i % 10 == 0).Select(static i => ((byte[])[.. Prefix("r"), .. WideRowKey(i)], Value(4, "gone"))));

        var swept = new List<long>();
        do
        {
            var result = await SweepAllAsync();
            Assert.True(result.IsDone);
            swept.Add(result.Swept);
        }
        while (swept[^1] > 0 && swept.Count < 5);

        // With the last of them goes the header's flag.
        Assert.Equal(0, swept[^1]);
        Assert.Equal(Ranges + (Ranges / 10) + 1, swept.Sum());
        Assert.Empty(Keys("r"));
    }

    [Fact]
    public async Task What_the_writer_loop_would_have_to_wait_for_is_left_for_later()
    {
        await PutAsync("a", (RowKey(1), Tombstone(5, Old)), (RowKey(2), Value(1, "x")));
        _replica.Disk.IsCold = static () => true;
        var timestamp = 10L;
        _beforeSweep = () => Assert.True(_writer.TryEnqueue(new Merge([.. Prefix("a"), .. RowKey(2)], Value(timestamp++, "y"))));
        Assert.Equal((0, false), await SweptAsync());
        Assert.Equal(2, Keys("a").Count);
    }

    [Fact]
    public async Task Of_large_rows_the_writer_loop_looks_at_a_few_and_leaves_the_rest_for_the_next_try()
    {
        const int Rows = 20;
        var large = Value(9, new string('x', 400_000), column: 2);
        for (byte i = 0; i < Rows; i++)
        {
            await PutAsync("a", (RowKey(i), Tombstone(5, Old)), (RowKey(i), large));
        }

        var entries = Enumerable.Range(0, Rows).Select(i => new SweptEntry([.. Prefix("a"), .. RowKey((byte)i)], large)).ToList();
        var basis = new LeafBasis([.. _leaves.Survey.BasisOf(entries[0].Key, entries[^1].Key).Leaves.Select(static leaf => (leaf.Leaf, leaf.LastBatch - 1))]);
        var write = new SweepWrite(_replica.Engine, _leaves, basis, isVisible: true, new SweepScope(_sweeper.RuleOf(Table, Group), Cut), entries);

        Assert.True(_writer.TryEnqueue(write));
        Assert.Equal(WriteResult.Durable, await write.Done);

        // The third of them passes a megabyte.
        Assert.Equal((false, 3), (write.WasUnchanged, write.Settled));
        Assert.Equal(large, Row("a", RowKey(2)));
        Assert.NotEqual(large, Row("a", RowKey(3)));
    }

    [Fact]
    public async Task Without_a_horizon_nothing_is_read()
    {
        var fresh = new ReplicaFixture { IsFormed = true };
        var sweeper = new Sweeper(fresh.Engine, fresh, _leaves, fresh.Horizons);
        Assert.Equal(new SweepResult(0, 0, IsDone: true, long.MinValue), await sweeper.SweepAsync(Table, fresh.Group, [0], [0xFF], CancellationToken.None));
    }

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        _beforeSweep?.Invoke();
        return _writer.TryEnqueue(write);
    }

    private static byte[] Prefix(string key)
    {
        var destination = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(Table, Partitioner.TokenOf(Key(key)), Key(key), destination);
        return destination.WrittenSpan.ToArray();
    }

    private async Task PutAsync(string key, params (byte[] Key, byte[] Row)[] entries)
    {
        foreach (var (entryKey, row) in entries)
        {
            var merge = new Merge([.. Prefix(key), .. entryKey], row);
            Assert.True(_writer.TryEnqueue(merge));
            await merge.Done;
        }
    }

    private async Task WriteAsync(IEnumerable<(byte[] Key, byte[] Row)> entries)
    {
        foreach (var some in entries.Chunk(2_000))
        {
            var writes = some.Select(static entry => new Merge(entry.Key, entry.Row)).ToList();
            Assert.All(writes, write => Assert.True(_writer.TryEnqueue(write)));
            await Task.WhenAll(writes.Select(static write => write.Done));
        }
    }

    private static byte[] WideRowKey(int i) => [(byte)EntryKind.Row, (byte)(i >> 16), (byte)(i >> 8), (byte)i];

    private static byte[] WideRangeKey(int i)
    {
        var key = new ArrayBufferWriter<byte>();
        EntryKey.WriteRangeTombstone(WideRowKey(i), WideRowKey(i + 1), key);
        return key.WrittenSpan.ToArray();
    }

    private Task<SweepResult> SweepAllAsync()
    {
        var lower = new ArrayBufferWriter<byte>();
        DataKey.WriteTokenStart(Table, Token.Minimum, lower);
        return _sweeper.SweepAsync(Table, Group, lower.WrittenSpan.ToArray(), TreeLeaves.EndOfTable(Table.Value), CancellationToken.None);
    }

    private async Task<(long Swept, bool IsDone)> SweptAsync()
    {
        var result = await SweepAllAsync();
        return (result.Swept, result.IsDone);
    }

    private byte[]? Row(string key, byte[] entryKey)
    {
        var row = new ArrayBufferWriter<byte>();
        return _replica.Engine.Get(StorageArea.Data, [.. Prefix(key), .. entryKey], row, cachedOnly: false) == GetResult.Found ? row.WrittenSpan.ToArray() : null;
    }

    private List<byte[]> Keys(string key)
    {
        var prefix = Prefix(key);
        var keys = new List<byte[]>();
        using var cursor = _replica.Engine.Scan(StorageArea.Data, prefix, [.. prefix, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            keys.Add(cursor.Key[prefix.Length..].ToArray());
        }

        return keys;
    }

    private sealed class Merge(byte[] key, byte[] row) : IPendingWrite
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public int Bytes => key.Length + row.Length;

        public void AppendTo(StorageBatch batch)
        {
            batch.NoteFormed(RowPurge.OldestPurgeable(row));
            batch.Merge(StorageArea.Data, key, row);
        }

        public void Completed(WriteResult result)
        {
            Assert.Equal(WriteResult.Durable, result);
            _done.SetResult();
        }
    }
}
