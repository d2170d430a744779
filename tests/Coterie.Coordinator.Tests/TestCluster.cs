using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Batches;
using Coterie.Coordinator.Hints;
using Coterie.Coordinator.Reads;
using Coterie.Coordinator.Writes;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Metadata;
using Coterie.Model.Mutations;
using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Types;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Coordinator.Tests;

/// <summary>A coordinator and real replicas over memory engines in one process, with a messenger that does as it is told. Nothing happens by itself.</summary>
internal sealed class TestCluster : IMetadataView, ILiveness, IMessenger
{
    public static readonly StorageId TableId = new(7);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private readonly TestReplica[] _replicas;
    private readonly Queue<Action> _held = [];

    public TestCluster(
        string datacenters = "aaa", ReadRepair readRepair = ReadRepair.Blocking, CoordinatorOptions? options = null, SpeculativeRetry? speculative = null, bool distinctRanges = false,
        HintOptions? hints = null)
    {
        var count = datacenters.Length;
        _replicas = [.. Enumerable.Range(0, count).Select(i => new TestReplica(this, TestReplicas.Node(i), Time))];
        var nodes = TokenAllocation.Even([.. datacenters.Select((letter, i) => Info(i, letter.ToString()))]);
        ReplicationStrategy strategy = distinctRanges ? new SimpleStrategy(Math.Min(count, 2)) : TestReplicas.Strategy(datacenters);
        Keyspace = new KeyspaceSchema("ks", strategy);
        ImmutableArray<ColumnSchema> columns = [new("k", ColumnKind.PartitionKey, NativeType.Text, 0, false, default)];
        Table = new TableSchema("ks", "t", Guid.Empty, TableId, columns, TableOptions.Default with
        {
            ReadRepair = readRepair,
            SpeculativeRetry = speculative ?? SpeculativeRetry.Default,
        });
        Keyspace = Keyspace with { Tables = Keyspace.Tables.Add("t", Table) };
        Current = ClusterMetadata.Empty with
        {
            Nodes = nodes.ToImmutableSortedDictionary(node => node.Id, node => node),
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", Keyspace),
        };
        options ??= CoordinatorOptions.Default;
        Maps = new ReplicaMaps(this, "a");
        Hints = new HintKeeper(this, this, Time, TestReplicas.Node(0), hints ?? HintOptions.Default, HintCounters);
        Writes = new WriteCoordinator(this, Maps, this, Hints, Time, Counters, options);
        Reads = new ReadCoordinator(this, this, Maps, this, Time, TestReplicas.Node(0), Counters, options, NullLogger<ReadCoordinator>.Instance);
    }

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add { }
        remove { }
    }

    private event Action<NodeId, bool>? LivenessChanged;

    event Action<NodeId, bool>? ILiveness.Changed
    {
        add => LivenessChanged += value;
        remove => LivenessChanged -= value;
    }

    /// <summary>What becomes of requests to a node: by its number.</summary>
    public Dictionary<int, Trouble> Troubles { get; } = [];

    /// <summary>Requests that were sent, as verb and node number.</summary>
    public List<(Verb Verb, int Node, bool Digest)> Sent { get; } = [];

    /// <summary>Who sends, for handlers that ask.</summary>
    public int From { get; set; }

    /// <summary>Troubles that hit only this verb; null: all.</summary>
    public Verb? TroubledVerb { get; set; }

    public ClusterMetadata Current { get; private set; }

    public KeyspaceSchema Keyspace { get; }

    public TableSchema Table { get; }

    public ReplicaMaps Maps { get; }

    public FakeTimeProvider Time { get; } = new();

    public CoordinatorCounters Counters { get; } = new();

    public HintCounters HintCounters { get; } = new();

    public HintKeeper Hints { get; }

    public WriteCoordinator Writes { get; }

    public ReadCoordinator Reads { get; }

    public static byte[] Key(string key) => Encoding.UTF8.GetBytes(key);

    public static byte[] Mutation(string key, params (byte[] Key, byte[] Row)[] entries) => Mutation(TimeSpan.Zero, key, entries);

    /// <param name="ago">How long before the start it was formed.</param>
    public static byte[] Mutation(TimeSpan ago, string key, params (byte[] Key, byte[] Row)[] entries)
    {
        var destination = new ArrayBufferWriter<byte>();
        var formed = new FormationTime((new FakeTimeProvider().GetUtcNow() - ago).ToUnixTimeMilliseconds());
        var writer = new MutationWriter(destination, TableId, Partitioner.TokenOf(Key(key)), formed, Key(key));
        foreach (var (entryKey, row) in entries)
        {
            writer.Entry(entryKey, row);
        }

        writer.Finish();
        return destination.WrittenSpan.ToArray();
    }

    public TestReplica Replica(int node) => _replicas[node];

    /// <summary>The node answers again, and whoever listens is told.</summary>
    public void Revive(int node)
    {
        Troubles.Remove(node);
        LivenessChanged?.Invoke(TestReplicas.Node(node), true);
    }

    /// <summary>The table goes, and its storage id with it.</summary>
    public void DropTable() => Current = Current with
    {
        Keyspaces = Current.Keyspaces.SetItem("ks", Current.Keyspaces["ks"] with { Tables = Current.Keyspaces["ks"].Tables.Clear() }),
    };

    public HintReplayer CreateReplayer() => new(this, this, this, Hints, Time, TestReplicas.Node(0), NullLogger<HintReplayer>.Instance);

    /// <summary>Another keeper over the same store: the node after a restart.</summary>
    public HintKeeper KeeperAfterRestart(HintOptions options, HintCounters counters) => new(this, this, Time, TestReplicas.Node(0), options, counters);

    public BatchCoordinator CreateBatches(IdSource ids) => new(this, this, Maps, this, Writes, Hints, TestReplicas.Node(0), ids);

    public BatchReplayer CreateBatchReplayer(int node) =>
        new(this, this, Maps, this, Hints, Time, TestReplicas.Node(node), Timeout, NullLogger<BatchReplayer>.Instance);

    public WriteRequest Request(ConsistencyLevel level, string key, params (byte[] Key, byte[] Row)[] entries) =>
        new(Keyspace, Table, Partitioner.TokenOf(Key(key)), Mutation(key, entries), Requirement(level), Timeout, WantVote: false);

    /// <summary>Writes to one replica behind the coordinator's back.</summary>
    public void Plant(int node, string key, params (byte[] Key, byte[] Row)[] entries)
    {
        var (status, _) = _replicas[node].Handle(Verb.Mutate, Mutation(key, entries));
        Assert.Equal(ReplyStatus.Ok, status);
    }

    /// <summary>What one replica has of a partition.</summary>
    public PartitionRows? Look(int node, string key)
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.Write<byte>([(byte)ReadRequestHead.Data]);
        Command(key).Encode(destination);
        var (status, body) = _replicas[node].Handle(Verb.Read, destination.WrittenSpan.ToArray());
        Assert.Equal(ReplyStatus.Ok, status);
        return ReadReply.Decode(body).Partitions.SingleOrDefault();
    }

    public ValueTask<WriteOutcome> WriteAsync(ConsistencyLevel level, string key, params (byte[] Key, byte[] Row)[] entries) =>
        Writes.WriteAsync(new WriteRequest(Keyspace, Table, Partitioner.TokenOf(Key(key)), Mutation(key, entries), Requirement(level), Timeout, WantVote: false));

    public ValueTask<WriteOutcome> WriteWithVoteAsync(ConsistencyLevel level, string key, params (byte[] Key, byte[] Row)[] entries) =>
        Writes.WriteAsync(new WriteRequest(Keyspace, Table, Partitioner.TokenOf(Key(key)), Mutation(key, entries), Requirement(level), Timeout, WantVote: true));

    public ValueTask<ReadOutcome> ReadAsync(ConsistencyLevel level, string key, int limit = 1_000, bool wantVote = false, bool reversed = false) =>
        ReadAsync(level, Command(key, limit, reversed), wantVote);

    public ValueTask<ReadOutcome> ReadAsync(ConsistencyLevel level, ReadCommand command, bool wantVote = false) =>
        Reads.ReadAsync(new ReadRequest(Keyspace, Table, command, Requirement(level), Timeout, wantVote));

    public static ReadCommand Command(string key, int limit = 1_000, bool reversed = false) => new()
    {
        Table = TableId,
        NowSeconds = 1_000,
        PartitionKey = Key(key),
        Token = Partitioner.TokenOf(Key(key)),
        Slices = [RowSlice.All],
        WithStatic = true,
        Reversed = reversed,
        Limit = limit,
    };

    public static ReadCommand Range(int limit = 100_000, int partitionLimit = int.MaxValue) => new()
    {
        Table = TableId,
        NowSeconds = 1_000,
        Token = Token.Minimum,
        EndToken = new Token(long.MaxValue),
        Slices = [RowSlice.All],
        WithStatic = true,
        Limit = limit,
        PartitionLimit = partitionLimit,
    };

    public ReplicaRequirement Requirement(ConsistencyLevel level) => ReplicaCounts.For(level, Maps.For("ks")!.ReplicationFactors, "a");

    /// <summary>Lets what was held happen: replies that were delayed, timeouts of what was swallowed.</summary>
    public void Release()
    {
        while (_held.TryDequeue(out var action))
        {
            action();
        }
    }

    public bool IsAlive(NodeId node) => Troubles.GetValueOrDefault(NumberOf(node)) != Trouble.Dead;

    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        var node = NumberOf(target);
        var copy = body.ToArray();
        lock (Sent)
        {
            Sent.Add((verb, node, verb == Verb.Read && (copy[0] & (byte)ReadRequestHead.Digest) != 0));
        }

        var trouble = TroubledVerb is null || TroubledVerb == verb ? Troubles.GetValueOrDefault(node) : Trouble.None;
        switch (trouble)
        {
            case Trouble.None:
                var (status, reply) = _replicas[node].Handle(verb, copy, IsOfHints(verb) ? node : From);
                sink.OnReply(slot, status, reply);
                break;
            case Trouble.Slow:
                _held.Enqueue(() =>
                {
                    var (late, lateReply) = _replicas[node].Handle(verb, copy, IsOfHints(verb) ? node : From);
                    sink.OnReply(slot, late, lateReply);
                });
                break;
            case Trouble.Silent:
                _held.Enqueue(() => sink.OnReply(slot, ReplyStatus.Timeout, []));
                break;
            case Trouble.Dead:
                Assert.Fail("a dead node was asked");
                break;
            default:
                sink.OnReply(slot, trouble == Trouble.Failing ? ReplyStatus.Failed : trouble == Trouble.Overloaded ? ReplyStatus.Overloaded : ReplyStatus.Unreachable, []);
                break;
        }
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw new NotSupportedException();

    private static bool IsOfHints(Verb verb) => verb is Verb.HintStore or Verb.HintRead or Verb.HintForget;

    private static int NumberOf(NodeId node) => BitConverter.ToInt32(node.Value.ToByteArray()) - 1;

    private static NodeInfo Info(int number, string datacenter)
    {
        var address = new IPEndPoint(IPAddress.Loopback, 7_000 + number);
        return new NodeInfo(TestReplicas.Node(number), address, address, address, datacenter, "r1", []);
    }
}
