using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Types;
using Coterie.Model.Wire;
using Coterie.Raft;
using Coterie.Replica.Groups;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Replica.Tests.Groups;

/// <summary>One member of the one group of a test, over a memory engine and a writer that commits at once, with metadata of its own.</summary>
internal sealed class TestMember : IMetadataView, IStorageWriter, IReplyChannel, ILiveness
{
    private readonly TestGroup _owner;
    private readonly StorageBatch _batch = new();
    private readonly Dictionary<ulong, LeaderReply> _replies = [];
    private GroupMember? _member;
    private ulong _requests;

    public TestMember(TestGroup owner, NodeId self, MemoryDisk disk, ClusterMetadata metadata)
    {
        (_owner, Self, Disk, Current) = (owner, self, disk, metadata);
        Engine = new MemoryEngine(disk, Time, static () => TimeSpan.Zero, RowMerge.Merge);
    }

    event Action<ClusterMetadata, ClusterMetadata>? IMetadataView.Changed
    {
        add { }
        remove { }
    }

    event Action<NodeId, bool>? ILiveness.Changed
    {
        add { }
        remove { }
    }

    public NodeId Self { get; }

    public MemoryDisk Disk { get; }

    public MemoryEngine Engine { get; }

    public FakeTimeProvider Time { get; } = new();

    public ClusterMetadata Current { get; set; }

    /// <summary>The incarnation since which the node's disk is lost; 0: it never was.</summary>
    public long LastLoss { get; init; }

    public GroupStatus Status => Member.Status;

    /// <summary>Keys of the tables' rows that are here.</summary>
    public int Rows
    {
        get
        {
            using var cursor = Engine.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
            var rows = 0;
            while (cursor.MoveNext())
            {
                rows++;
            }

            return rows;
        }
    }

    public GroupMember Member => _member ??= new GroupMember(Parts(), _owner.Group);

    /// <summary>The same node after a restart: what is in memory is gone.</summary>
    public TestMember Restarted()
    {
        Disk.Crash(new Random(1));
        return new TestMember(_owner, Self, Disk, Current) { LastLoss = LastLoss };
    }

    /// <returns>The answer, if there is one already; else it comes with <see cref="AnswerTo"/>.</returns>
    public ulong Write(byte[] mutation)
    {
        Member.Write(mutation, long.MaxValue, new ReplyTo(this, ++_requests));
        return _requests;
    }

    public ulong Barrier()
    {
        Member.Barrier(long.MaxValue, new ReplyTo(this, ++_requests));
        return _requests;
    }

    public LeaderVerdict? AnswerTo(ulong request) => _replies.TryGetValue(request, out var reply) ? reply.Verdict : null;

    bool ILiveness.IsAlive(NodeId node) => true;

    void IReplyChannel.Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        Assert.Equal(ReplyStatus.Ok, status);
        _replies.Add(requestId, LeaderReply.Read(body));
    }

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        _owner.Do(() =>
        {
            _batch.Clear();
            write.AppendTo(_batch);
            Assert.True(Engine.CommitAsync(_batch).IsCompletedSuccessfully);
            write.Completed(WriteResult.Durable);
        });
        return true;
    }

    private GroupParts Parts()
    {
        var maps = new ReplicaMaps(this, "dc1");
        var tables = new GroupTables(this, maps);
        var messenger = new TestMessenger(_owner, Self);
        return new GroupParts
        {
            Self = Self,
            Engine = Engine,
            Writer = this,
            Tables = new LiveTables(this),
            Mail = new PeerMail(messenger, TimeSpan.FromSeconds(1)),
            Messenger = messenger,
            Liveness = this,
            GroupTables = tables,
            Closed = new ClosedGroups(tables),
            LastLoss = LastLoss,
            Logger = NullLogger.Instance,
            Time = Time,
            Random = new Random(Self.Value.GetHashCode()),
            Options = new GroupOptions(),
        };
    }
}

/// <summary>Takes messages of Raft to the other members. Whatever else is asked is answered by nobody.</summary>
internal sealed class TestMessenger(TestGroup owner, NodeId self) : IMessenger
{
    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        if (verb != Verb.Raft)
        {
            sink.OnReply(slot, ReplyStatus.Unreachable, []);
            return;
        }

        var frame = body.ToArray();
        owner.Do(() =>
        {
            var reader = new ByteReader(frame);
            while (reader.Remaining > 0)
            {
                Assert.Equal(owner.Group.Id.Value, reader.ReadUInt64());
                owner.Find(target)?.Member.Receive(self, reader.ReadBlock(frame.Length, "message"));
            }
        });
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => sink.OnReply(slot, ReplyStatus.Unreachable, []);
}

/// <summary>All members of one group. What one of them wants done is done after it has ended its step, one thing after another.</summary>
internal sealed class TestGroup
{
    private readonly Queue<Action> _work = [];
    private readonly List<TestMember> _members = [];

    public TestGroup(int members)
    {
        var ids = Enumerable.Range(1, members).Select(static number => new NodeId(new Guid(number, 0, 0, new byte[8]))).ToList();
        Formed = ClusterMetadata.Empty with
        {
            Nodes = ClusterMetadata.Empty.Nodes.AddRange(ids.Select(static (id, i) => KeyValuePair.Create(id, NodeOf(id, i)))),
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", new KeyspaceSchema("ks", new SimpleStrategy(members)) { Consistency = KeyspaceConsistency.Global }),
        };
        Group = new ReplicaGroup([.. ids], [new TokenSpan(new Token(long.MinValue), new Token(long.MaxValue))]);
        _members.AddRange(ids.Select(id => new TestMember(this, id, new MemoryDisk(), With(ReplicaFixture.Table))));
    }

    /// <summary>Without a table.</summary>
    public ClusterMetadata Formed { get; }

    public ReplicaGroup Group { get; }

    public TestMember this[int index]
    {
        get => _members[index];
        set => _members[index] = value;
    }

    public TestMember Leader => _members.Single(static member => member.Status.Role == RaftRole.Leader);

    /// <summary>The metadata with one table, of which this storage id is the latest given.</summary>
    public ClusterMetadata With(StorageId table)
    {
        ImmutableArray<ColumnSchema> columns = [new("k", ColumnKind.PartitionKey, NativeType.Text, 0, false, default)];
        var schema = new TableSchema("ks", "t", Guid.Empty, table, columns, TableOptions.Default);
        var keyspace = Formed.Keyspaces["ks"];
        return Formed with
        {
            NextStorageId = table.Value + 1,
            Keyspaces = Formed.Keyspaces.SetItem("ks", keyspace with { Tables = keyspace.Tables.Add("t", schema) }),
        };
    }

    /// <summary>Null: its messages are lost.</summary>
    public TestMember? Find(NodeId node) => _members.Find(member => member.Self == node);

    public void Do(Action work) => _work.Enqueue(work);

    public void Settle()
    {
        while (_work.TryDequeue(out var work))
        {
            work();
        }
    }

    public void Tick(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _members.ForEach(static member => member.Member.Tick());
            Settle();
        }
    }

    /// <summary>Ticks until one of them leads.</summary>
    public TestMember Elect()
    {
        for (var ticks = 0; ticks < 1_000 && !_members.Exists(static member => member.Status.Role == RaftRole.Leader); ticks++)
        {
            Tick(1);
        }

        return Leader;
    }

    private static NodeInfo NodeOf(NodeId id, int number)
    {
        var address = new IPEndPoint(IPAddress.Loopback, 7_000 + number);
        return new NodeInfo(id, address, address, address, "dc1", "r1", [new Token(number * 1_000)]);
    }
}
