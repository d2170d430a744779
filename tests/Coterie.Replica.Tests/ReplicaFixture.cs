using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Types;
using Coterie.Model.Wire;
using Coterie.Replica.Deletes;
using Coterie.Replica.Mutations;
using Coterie.Replica.Reads;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Replica.Tests;

/// <summary>One replica over the memory engine, spoken to as a messenger does, with a writer that commits at once.</summary>
internal sealed class ReplicaFixture : IMetadataView, IReplyChannel, IStorageWriter
{
    public static readonly StorageId Table = new(7);
    public static readonly NodeId Self = new(new Guid(1, 0, 0, new byte[8]));
    public static readonly NodeId Second = new(new Guid(2, 0, 0, new byte[8]));
    public static readonly NodeId Third = new(new Guid(3, 0, 0, new byte[8]));

    /// <summary>The moment at which the fake clock starts.</summary>
    public static readonly FormationTime Now = new(new FakeTimeProvider().GetUtcNow().ToUnixTimeMilliseconds());
    private static readonly NodeId Peer = new(new Guid(1, 2, 3, new byte[8]));
    private readonly StorageBatch _batch = new();
    private readonly MutationHandler _mutations;
    private readonly ReadHandler _reads;
    private readonly HashSet<ulong> _answered = [];
    private (ReplyStatus Status, byte[] Body)? _reply;
    private ulong _requests;

    public ReplicaFixture()
    {
        Current = WithTable(Table);
        Engine = new MemoryEngine(Disk, Time, () => TimeSpan.Zero, RowMerge.Merge);
        var tables = new LiveTables(this);
        Horizons = new Horizons(Self, Engine, this, this, new ReplicaMaps(this, "dc1"), Time, new HorizonsOptions { WritesWaitedFor = TimeSpan.FromSeconds(5) });
        _mutations = new MutationHandler(this, tables, Horizons, Time, Counters, NullLogger<MutationHandler>.Instance);
        _reads = new ReadHandler(Engine, tables, Horizons, Time, Counters, NullLogger<ReadHandler>.Instance);
    }

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add { }
        remove { }
    }

    public FakeTimeProvider Time { get; } = new();

    public MemoryDisk Disk { get; } = new();

    public MemoryEngine Engine { get; }

    public Horizons Horizons { get; }

    public ReplicaCounters Counters { get; } = new();

    public ClusterMetadata Current { get; private set; }

    /// <summary>What the writer does with the next write.</summary>
    public bool WriterIsFull { get; set; }

    public WriteResult WriterEndsWith { get; set; }

    /// <summary>Writes that were taken while <see cref="Hold"/> was set.</summary>
    public Queue<IPendingWrite> Held { get; } = [];

    public bool Hold { get; set; }

    /// <summary>Three nodes keep the table, this one the first of them. Otherwise there are none.</summary>
    public bool IsFormed
    {
        get;
        init
        {
            field = value;
            Current = WithTable(Table);
        }
    }

    public ReplicaGroup Group => new ReplicaMaps(this, "dc1").For("ks")!.Groups.Single();

    public void Truncate() => Current = WithTable(new StorageId(8));

    /// <summary>What a node that starts on the same store knows.</summary>
    public Horizons Restarted() => new(Self, Engine, this, this, new ReplicaMaps(this, "dc1"), Time, new HorizonsOptions());

    public static byte[] Key(string key) => Encoding.UTF8.GetBytes(key);

    public ReplyStatus Apply(string key, params (byte[] Key, byte[] Row)[] entries) => Mutate(Mutation(key, entries)) ?? ReplyStatus.Timeout;

    public static byte[] Mutation(string key, params (byte[] Key, byte[] Row)[] entries) => Mutation(key, Now, entries);

    public static byte[] Mutation(string key, FormationTime formed, params (byte[] Key, byte[] Row)[] entries)
    {
        var destination = new ArrayBufferWriter<byte>();
        var writer = new MutationWriter(destination, Table, Partitioner.TokenOf(Key(key)), formed, Key(key));
        foreach (var (entryKey, row) in entries)
        {
            writer.Entry(entryKey, row);
        }

        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    /// <summary>The status answered; null if nothing was answered yet.</summary>
    public ReplyStatus? Mutate(byte[] body, long? deadline = null)
    {
        _reply = null;
        _mutations.Handle(new Request(Peer, Verb.Mutate, body, deadline ?? long.MaxValue, new ReplyTo(this, ++_requests)));
        return _reply?.Status;
    }

    /// <summary>A read repair with a horizon in front.</summary>
    public ReplyStatus? Repair(FormationTime horizon, byte[] mutation)
    {
        var body = new ArrayBufferWriter<byte>();
        ReadReply.Begin(horizon, body);
        body.Write(mutation);
        return RepairRaw(body.WrittenSpan);
    }

    public ReplyStatus? RepairRaw(ReadOnlySpan<byte> body)
    {
        _reply = null;
        _mutations.Handle(new Request(Peer, Verb.ReadRepair, body, long.MaxValue, new ReplyTo(this, ++_requests)));
        return _reply?.Status;
    }

    public (ReplyStatus Status, byte[] Body) ReadRaw(byte[] body, long? deadline = null)
    {
        _reply = null;
        _reads.Handle(new Request(Peer, Verb.Read, body, deadline ?? long.MaxValue, new ReplyTo(this, ++_requests)));
        return _reply ?? throw new InvalidOperationException("no reply");
    }

    public ReadResponse Read(ReadCommand command)
    {
        var (status, body) = ReadRaw(Request(command, ReadRequestHead.Data));
        Assert.Equal(ReplyStatus.Ok, status);
        var digest = ReadRaw(Request(command, ReadRequestHead.Digest | ReadRequestHead.WithNewest));
        Assert.Equal(new ReadDigest(ReadDigest.HashOf(ReadReply.ResponseOf(body)), ReadReply.Decode(body).Newest()), ReadDigest.Decode(digest.Body));
        return ReadReply.Decode(body);
    }

    public static byte[] Request(ReadCommand command, ReadRequestHead head)
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteByte((byte)head);
        command.Encode(destination);
        return destination.WrittenSpan.ToArray();
    }

    public static ReadCommand Single(string key, params RowSlice[] slices) => new()
    {
        Table = Table,
        NowSeconds = 1_000,
        PartitionKey = Key(key),
        Token = Partitioner.TokenOf(Key(key)),
        Slices = slices,
        WithStatic = true,
        Limit = 1_000,
    };

    void IReplyChannel.Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        Assert.True(_answered.Add(requestId), "answered twice");
        _reply = (status, body.ToArray());
    }

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        if (WriterIsFull)
        {
            return false;
        }

        if (Hold)
        {
            Held.Enqueue(write);
        }
        else
        {
            Complete(write);
        }

        return true;
    }

    public void Complete(IPendingWrite write)
    {
        if (WriterEndsWith == WriteResult.Durable)
        {
            _batch.Clear();
            write.AppendTo(_batch);
            var commit = Engine.CommitAsync(_batch);
            Assert.True(commit.IsCompletedSuccessfully);
        }

        write.Completed(WriterEndsWith);
    }

    public ReplyStatus? LastReply => _reply?.Status;

    private ClusterMetadata WithTable(StorageId storageId)
    {
        ImmutableArray<ColumnSchema> columns = [new("k", ColumnKind.PartitionKey, NativeType.Text, 0, false, default)];
        var table = new TableSchema("ks", "t", Guid.Empty, storageId, columns, TableOptions.Default);
        var keyspace = new KeyspaceSchema("ks", new SimpleStrategy(3));
        return ClusterMetadata.Empty with
        {
            Nodes = !IsFormed ? ClusterMetadata.Empty.Nodes : ClusterMetadata.Empty.Nodes.AddRange(
                new[] { Self, Second, Third }.Select((id, i) => KeyValuePair.Create(id, NodeOf(id, i)))),
            NextStorageId = storageId.Value + 1,
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", keyspace with { Tables = keyspace.Tables.Add("t", table) }),
        };
    }

    private static NodeInfo NodeOf(NodeId id, int number)
    {
        var address = new IPEndPoint(IPAddress.Loopback, 7_000 + number);
        return new NodeInfo(id, address, address, address, "dc1", "r1", [new Token(number * 1_000)]);
    }
}
