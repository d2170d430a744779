using System.Buffers;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
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

    /// <summary>Its disk takes nothing.</summary>
    public bool IsFull { get; set; }

    /// <summary>Its disk takes anything but the log.</summary>
    public bool RefusesLog { get; set; }

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

    public ulong CompareAndSet(UInt128 expected, byte[] mutation)
    {
        var reader = new MutationReader(mutation);
        var read = new ReadCommand
        {
            Table = reader.Table,
            NowSeconds = 1,
            PartitionKey = reader.PartitionKey.ToArray(),
            Token = reader.Token,
            Slices = [],
            Limit = 1,
        };
        var body = new ArrayBufferWriter<byte>();
        Model.Groups.CompareAndSet.Encode(read, expected, mutation, body);
        Member.CompareAndSet(new CompareAndSet.Parts(body.WrittenSpan), long.MaxValue, new ReplyTo(this, ++_requests));
        return _requests;
    }

    /// <summary>What a read here finds, which tests tell apart by how many keys there are; each is counted.</summary>
    public byte[] ReadOwn()
    {
        Reads++;
        return [.. new byte[ReadReply.HorizonBytes], (byte)Rows];
    }

    public int Reads { get; private set; }

    /// <summary>The hash by which a comparison finds that there are so many keys.</summary>
    public static UInt128 HashOf(int rows) => ReadDigest.HashOf([(byte)rows]);

    public LeaderReply? ReplyTo(ulong request) => _replies.TryGetValue(request, out var reply) ? reply : null;

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
        _replies.Add(requestId, LeaderReply.Read(body.ToArray()));
    }

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        _owner.Do(() =>
        {
            _batch.Clear();
            write.AppendTo(_batch);
            if (IsFull || (RefusesLog && write is LogWrite))
            {
                write.Completed(WriteResult.Full);
                return;
            }

            var commit = Engine.CommitAsync(_batch);
            Assert.True(commit.IsCompletedSuccessfully);
            write.Completed(WriteResult.Durable);
        });
        return true;
    }

    /// <param name="messenger">Another than the one by which members of the group talk.</param>
    public GroupParts Parts(IMessenger? messenger = null)
    {
        var maps = new ReplicaMaps(this, "dc1");
        var tables = new GroupTables(this, maps);
        messenger ??= new TestMessenger(_owner, Self);
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
