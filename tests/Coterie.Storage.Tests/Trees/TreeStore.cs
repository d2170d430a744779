using System.Buffers;
using System.Buffers.Binary;
using Coterie.Contracts;
using Coterie.Model.Trees;
using Coterie.Storage.Memory;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Storage.Tests.Trees;

/// <summary>A store with its writer and its leaves, as one process has them; the disk outlives it.</summary>
internal sealed class TreeStore
{
    public const uint Table = 7;

    public TreeStore(MemoryDisk disk, FakeTimeProvider? time = null, Func<TimeSpan>? latency = null)
    {
        Time = time ?? new FakeTimeProvider();
        Engine = new MemoryEngine(disk, Time, latency ?? (static () => TimeSpan.Zero), ByteSetJoin.Merge);
        Leaves = new TreeLeaves(Engine, Time, new TreeLeavesOptions(), NullLogger<TreeLeaves>.Instance);
        Leaves.Load();
        Writer = new StorageWriter(Engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance, Leaves);
        Writer.Start();
    }

    public FakeTimeProvider Time { get; }

    public MemoryEngine Engine { get; }

    public TreeLeaves Leaves { get; }

    public StorageWriter Writer { get; }

    public TableLeaves Described => Leaves.Survey.Describe(Table);

    public static byte[] Key(int number)
    {
        var key = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(key, Table);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(4), number);
        return key;
    }

    public async Task<WriteResult> WriteAsync(int number, byte value = 1)
    {
        var write = new RowWrite(Key(number), value);
        Assert.True(Writer.TryEnqueue(write));
        return await write.Result.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public LeafView View(int number) => Views().Last(view => view.Start.AsSpan().SequenceCompareTo(Key(number)) <= 0);

    public List<LeafView> Views()
    {
        var views = new List<LeafView>();
        Leaves.Survey.TrySummarize(Lower(Table), TreeLeaves.EndOfTable(Table), long.MaxValue, out _, out _, views);
        return views;
    }

    /// <summary>Reads the leaf as it is now, for a write that says "clean"; cut at the given keys.</summary>
    public CleanWrite Read(in LeafView view, params int[] cuts)
    {
        var bounds = cuts.Select(Key).Prepend(view.Start).Append(view.End).ToList();
        var leaves = KeyRange.Between(bounds).Select(range =>
        {
            var (hash, count) = HashOf(Engine, range.Lower, range.Upper);
            return Leaf.Clean(range.Lower, hash, count, long.MaxValue);
        });
        return new CleanWrite(Leaves, view, [.. leaves]);
    }

    public async Task<bool> CleanAsync(CleanWrite write)
    {
        Assert.True(Writer.TryEnqueue(write));
        return await write.Result.WaitAsync(TimeSpan.FromSeconds(30)) == WriteResult.Durable && write.WasUnchanged;
    }

    public byte[]? Record(byte[] start)
    {
        var record = new ArrayBufferWriter<byte>();
        return Engine.Get(StorageArea.Trees, start, record, cachedOnly: false) == GetResult.Found ? record.WrittenSpan.ToArray() : null;
    }

    /// <summary>What must hold on disk at any time: a record that says "clean" has the hash of the entries from its start to the next one's.</summary>
    /// <returns>Clean records.</returns>
    public static int AssertRecordsAreTrue(IStorageEngine engine)
    {
        var records = new List<(byte[] Start, byte[] Record)>();
        using (var cursor = engine.Scan(StorageArea.Trees, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false))
        {
            while (cursor.MoveNext())
            {
                records.Add((cursor.Key.ToArray(), cursor.Value.ToArray()));
            }
        }

        var clean = 0;
        for (var i = 0; i < records.Count; i++)
        {
            var leaf = Leaf.Decode(records[i].Start, records[i].Record);
            if (leaf.IsClean)
            {
                clean++;
                Assert.Equal((leaf.Hash, leaf.Count), HashOf(engine, leaf.Start, i + 1 < records.Count ? records[i + 1].Start : TreeLeaves.EndOfTable(Table)));
            }
        }

        return clean;
    }

    private static byte[] Lower(uint table)
    {
        var lower = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(lower, table);
        return lower;
    }

    private static (UInt128 Hash, long Count) HashOf(IStorageEngine engine, byte[] lower, byte[] upper)
    {
        UInt128 hash = 0;
        var count = 0L;
        using var cursor = engine.Scan(StorageArea.Data, lower, upper, reverse: false);
        while (cursor.MoveNext())
        {
            hash += EntryHash.Of(cursor.Key, cursor.Value);
            count++;
        }

        return (hash, count);
    }

    private sealed class RowWrite(byte[] key, byte value) : IPendingWrite
    {
        private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<WriteResult> Result => _result.Task;

        public int Bytes => key.Length + 1;

        public void AppendTo(StorageBatch batch) => batch.Merge(StorageArea.Data, key, [value]);

        public void Completed(WriteResult result) => _result.SetResult(result);
    }
}

/// <summary>Puts leaves that were read in the place of one, if nobody has written to it since.</summary>
internal sealed class CleanWrite(TreeLeaves leaves, LeafView view, IReadOnlyList<Leaf> read)
    : ConditionalWrite(leaves, new LeafBasis([(view.Leaf, view.LastBatch)]))
{
    private readonly TreeLeaves _leaves = leaves;
    private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WriteResult> Result => _result.Task;

    public override int Bytes => 64;

    public override void Completed(WriteResult result) => _result.SetResult(result);

    protected override void AppendUnchanged(StorageBatch batch)
    {
        foreach (var leaf in read)
        {
            leaf.PutRecord(batch);
        }

        _leaves.Replace(view.Leaf, read);
    }
}
