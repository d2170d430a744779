using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Trees;
using Coterie.Model.Types;
using Coterie.Model.Wire;
using Coterie.Replica.Deletes;
using Coterie.Replica.Trees;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Replica.Tests.Trees;

/// <summary>A replica's trees over the memory engine, with the real writer, spoken to as a messenger does.</summary>
internal sealed class TreeFixture : IMetadataView, IAsyncDisposable
{
    public static readonly StorageId Table = new(7);
    private readonly StorageWriter _writer;
    private readonly LiveTables _tables;
    private readonly TreeLeavesOptions _options = new();
    private readonly Horizons _horizons;
    private readonly TreeHandler _trees;
    private readonly TreeRepairHandler _repairs;

    public TreeFixture(MemoryDisk? disk = null)
    {
        Disk = disk ?? new MemoryDisk();
        Current = WithTable(Table);
        Engine = new MemoryEngine(Disk, Time, static () => TimeSpan.Zero, RowMerge.Merge);
        Leaves = new TreeLeaves(Engine, Time, _options, NullLogger<TreeLeaves>.Instance);
        Leaves.Load();
        _writer = new StorageWriter(Engine, new StorageWriterOptions(), NullLogger<StorageWriter>.Instance, Leaves);
        _writer.Start();
        _tables = new LiveTables(this);
        _trees = new TreeHandler(Engine, Leaves, _tables, Time, Counters, NullLogger<TreeHandler>.Instance);
        _horizons = new Horizons(default, Engine, _writer, this, new ReplicaMaps(this, "dc1"), Time, new HorizonsOptions());
        _repairs = new TreeRepairHandler(_writer, _tables, _horizons, Counters, NullLogger<TreeRepairHandler>.Instance);
    }

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add { }
        remove { }
    }

    public static TreeRequestHead Head { get; } = new(Table, Cut: 0, Salt: 42, WithRecent: false);

    public static KeyRange Whole { get; } = KeyRange.OfTokens(Table, Token.Minimum, new Token(long.MaxValue));

    /// <summary>The table is one of a leader-based keyspace.</summary>
    public bool IsLeaderBased
    {
        get;
        init
        {
            field = value;
            Current = WithTable(Table);
        }
    }

    public MemoryDisk Disk { get; }

    public ClusterMetadata Current { get; private set; }

    public FakeTimeProvider Time { get; } = new();

    public MemoryEngine Engine { get; }

    public TreeLeaves Leaves { get; }

    public TreeCounters Counters { get; } = new();

    public static byte[] Key(int id, uint table = 7)
    {
        var partitionKey = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(partitionKey, id);
        return Key(partitionKey, Partitioner.TokenOf(partitionKey), table);
    }

    public static byte[] Key(byte[] partitionKey, Token token, uint table = 7)
    {
        var destination = new ArrayBufferWriter<byte>();
        DataKey.WritePartition(new StorageId(table), token, partitionKey, destination);
        destination.Write<byte>([(byte)EntryKind.Row, 1]);
        return destination.WrittenSpan.ToArray();
    }

    public static byte[] Body(Action<ArrayBufferWriter<byte>> write)
    {
        var destination = new ArrayBufferWriter<byte>();
        write(destination);
        return destination.WrittenSpan.ToArray();
    }

    public static byte[] RangeBody(KeyRange range) => Body(writer =>
    {
        Head.Write(writer);
        range.Write(writer);
    });

    public static byte[] Repair(params (byte[] Key, byte[] Row)[] entries) => Body(writer =>
    {
        writer.WriteInt64(0);
        writer.WriteInt64(0);
        writer.WriteUInt32(Table.Value);
        foreach (var (key, row) in entries)
        {
            EntryList.Add(key, row, writer);
        }
    });

    /// <summary>The table is truncated: what is under its old id is dead.</summary>
    public void Truncate() => Current = WithTable(new StorageId(8));

    public (ReplyStatus Status, byte[] Body) Ask(Verb verb, byte[] body, long deadline = long.MaxValue)
    {
        var answer = new Answer();
        var request = new Request(new NodeId(new Guid(1, 2, 3, new byte[8])), verb, body, deadline, new ReplyTo(answer, 1));
        if (verb == Verb.TreeRepair)
        {
            _repairs.Handle(request);
        }
        else
        {
            _trees.Handle(request);
        }

        Assert.True(answer.Replied.Wait(TimeSpan.FromSeconds(30)), "no reply");
        return answer.Replied.Result;
    }

    public RangeHash Hash(KeyRange? range = null)
    {
        var (status, body) = Ask(Verb.TreeHash, TreeRanges.Request(Head, [range ?? Whole]));
        Assert.Equal(ReplyStatus.Ok, status);
        return RangeHashes.Decode(body, 1).Hashes[0];
    }

    /// <summary>As clients' writes come, which count as written a moment ago.</summary>
    public void WriteNow(IEnumerable<int> ids)
    {
        foreach (var id in ids)
        {
            var write = new ClientWrite(Key(id), TestData.Value(1, $"v{id}"));
            Assert.True(_writer.TryEnqueue(write));
            Assert.True(write.Result.Wait(TimeSpan.FromSeconds(30)), "not written");
            Assert.Equal(WriteResult.Durable, write.Result.Result);
        }
    }

    public void Write(IEnumerable<int> ids, long timestamp = 1)
    {
        foreach (var some in ids.Chunk(1_000))
        {
            Assert.Equal(ReplyStatus.Ok, Ask(Verb.TreeRepair, Repair([.. some.Select(id => (Key(id), TestData.Value(timestamp, $"v{id}")))])).Status);
        }
    }

    public void Settle()
    {
        Leaves.Tick();
        Time.Advance(_options.RecentWindow);
        Leaves.Tick();
        Time.Advance(_options.RecentWindow);
        Leaves.Tick();
    }

    /// <summary>Lets the keeper work, in its own time, until it is so.</summary>
    public async Task KeepUntilAsync(Func<bool> isSo)
    {
        await using var keeper = new TreeKeeper(Engine, _writer, Leaves, _tables, _horizons, Time, new TreeOptions(), Counters, NullLogger<TreeKeeper>.Instance);
        keeper.Start();
        for (var turn = 0; !isSo(); turn++)
        {
            Assert.True(turn < 1_000_000, "the keeper does not get there");
            Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }

    public int Rows(uint table)
    {
        var lower = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(lower, table);
        var rows = 0;
        using var cursor = Engine.Scan(StorageArea.Data, lower, TreeLeaves.EndOfTable(table), reverse: false);
        while (cursor.MoveNext())
        {
            rows++;
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync();
        await Engine.DisposeAsync();
    }

    private ClusterMetadata WithTable(StorageId storageId)
    {
        ImmutableArray<ColumnSchema> columns = [new("k", ColumnKind.PartitionKey, NativeType.Int, 0, false, default)];
        var keyspace = new KeyspaceSchema("ks", new SimpleStrategy(3)) { Consistency = IsLeaderBased ? KeyspaceConsistency.Global : KeyspaceConsistency.Eventual };
        var table = new TableSchema("ks", "t", Guid.Empty, storageId, columns, TableOptions.Default);
        return ClusterMetadata.Empty with
        {
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", keyspace with { Tables = keyspace.Tables.Add("t", table) }),
        };
    }

    private sealed class Answer : IReplyChannel
    {
        private readonly TaskCompletionSource<(ReplyStatus, byte[])> _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<(ReplyStatus Status, byte[] Body)> Replied => _replied.Task;

        public void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body) => _replied.SetResult((status, body.ToArray()));
    }

    private sealed class ClientWrite(byte[] key, byte[] row) : IPendingWrite
    {
        private readonly TaskCompletionSource<WriteResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Bytes => key.Length + row.Length;

        public void AppendTo(StorageBatch batch) => batch.Merge(StorageArea.Data, key, row);

        public Task<WriteResult> Result => _result.Task;

        public void Completed(WriteResult result) => _result.SetResult(result);
    }
}
