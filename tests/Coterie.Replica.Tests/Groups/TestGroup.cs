using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;
using Coterie.Raft;
using Coterie.Storage.Memory;

namespace Coterie.Replica.Tests.Groups;

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

    /// <summary>Messages between members are lost.</summary>
    public bool IsCut { get; set; }

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

    public TestMember Member(NodeId node) => _members.Single(member => member.Self == node);

    /// <summary>Null: its messages are lost.</summary>
    public TestMember? Find(NodeId node) => IsCut ? null : _members.Find(member => member.Self == node);

    public void Do(Action work) => _work.Enqueue(work);

    public void Settle()
    {
        while (_work.Count > 0)
        {
            Step();
        }
    }

    /// <summary>The next thing that is to be done.</summary>
    public void Step() => _work.Dequeue()();

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
