using System.Buffers;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Rows;
using Coterie.Replica;
using Coterie.Replica.Deletes;
using Coterie.Replica.Trees;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Repair.Tests;

/// <summary>What one node has of what an exchange asks: engine, writer, leaves and handlers, all real but for the disk.</summary>
internal sealed class TestReplica : IAsyncDisposable
{
    private readonly TreeHandler _trees;
    private readonly TreeRepairHandler _repairs;
    private readonly StorageWriter _writer;
    private readonly FakeTimeProvider _time;
    private readonly LiveTables _tables;
    private readonly Horizons _horizons;
    private readonly TreeLeavesOptions _options = new();

    public TestReplica(IMetadataView metadata, FakeTimeProvider time)
    {
        _time = time;
        Engine = new MemoryEngine(new MemoryDisk(), time, () => TimeSpan.Zero, RowMerge.Merge);
        Leaves = new TreeLeaves(Engine, time, _options, NullLogger<TreeLeaves>.Instance);
        Leaves.Load();
        _writer = new StorageWriter(Engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance, Leaves);
        _writer.Start();
        _tables = new LiveTables(metadata);
        _trees = new TreeHandler(Engine, Leaves, _tables, time, Counters, NullLogger<TreeHandler>.Instance);
        _horizons = new Horizons(
            default, Engine, _writer, metadata, new ReplicaMaps(metadata, "dc1"), time, new HorizonsOptions { WritesWaitedFor = TimeSpan.FromSeconds(5) });
        _repairs = new TreeRepairHandler(_writer, _tables, _horizons, Counters, NullLogger<TreeRepairHandler>.Instance);
    }

    public MemoryEngine Engine { get; }

    public TreeLeaves Leaves { get; }

    public TreeCounters Counters { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync();
        await Engine.DisposeAsync();
    }

    public void Handle(in Request request)
    {
        if (request.Verb == Verb.TreeRepair)
        {
            _repairs.Handle(request);
        }
        else
        {
            _trees.Handle(request);
        }
    }

    public async Task WriteAsync(params IEnumerable<(byte[] Key, byte[] Row)> entries)
    {
        var write = new Write([.. entries]);
        Assert.True(_writer.TryEnqueue(write));
        Assert.Equal(WriteResult.Durable, await write.Result.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Nothing that was written before is recent any more.</summary>
    public void Settle()
    {
        Leaves.Tick();
        _time.Advance(_options.RecentWindow);
        Leaves.Tick();
        _time.Advance(_options.RecentWindow);
        Leaves.Tick();
    }

    /// <summary>Lets the keeper read leaves, in its own time, until all are clean.</summary>
    public async Task ReadLeavesAsync()
    {
        await using var keeper = new TreeKeeper(
            Engine, _writer, Leaves, _tables, _horizons, _time, new TreeOptions(), Counters, NullLogger<TreeKeeper>.Instance);
        keeper.Start();
        for (var turn = 0; Leaves.Survey.Tables().Any(table => Leaves.Survey.Describe(table).Dirty > 0); turn++)
        {
            Assert.True(turn < 1_000_000, "the leaves are not clean yet");
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }

    public byte[]? Row(byte[] key)
    {
        var value = new ArrayBufferWriter<byte>();
        return Engine.Get(StorageArea.Data, key, value, cachedOnly: false) == GetResult.Found ? value.WrittenSpan.ToArray() : null;
    }

    public IReadOnlyList<string> Rows()
    {
        var rows = new List<string>();
        using var cursor = Engine.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            rows.Add($"{Convert.ToHexString(cursor.Key)} {Convert.ToHexString(cursor.Value)}");
        }

        return rows;
    }

    private sealed class Write((byte[] Key, byte[] Row)[] entries) : IPendingWrite
    {
        public TaskCompletionSource<WriteResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Bytes => entries.Sum(static entry => entry.Key.Length + entry.Row.Length);

        public void AppendTo(StorageBatch batch)
        {
            foreach (var (key, row) in entries)
            {
                batch.Merge(StorageArea.Data, key, row);
            }
        }

        public void Completed(WriteResult result) => Result.SetResult(result);
    }
}
