using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;
using Coterie.Model.Types;
using Coterie.Repair.Exchanges;
using Coterie.Repair.Inspections;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Repair.Tests;

/// <summary>Two replicas of one table and the messages between them, which a test can bend.</summary>
internal sealed class ReplicaPair : IMetadataView, IMessenger, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly NodeId LocalId = new(new Guid(1, 0, 0, new byte[8]));
    private static readonly NodeId PeerId = new(new Guid(2, 0, 0, new byte[8]));

    private TimeSpan _waited;

    public ReplicaPair()
    {
        ImmutableArray<ColumnSchema> columns = [new("k", ColumnKind.PartitionKey, NativeType.Int, 0, false, default)];
        var table = new TableSchema("ks", "t", Guid.Empty, TestRows.Table, columns, TableOptions.Default);
        var keyspace = new KeyspaceSchema("ks", new SimpleStrategy(2));
        Current = ClusterMetadata.Empty with
        {
            Keyspaces = ClusterMetadata.Empty.Keyspaces.Add("ks", keyspace with { Tables = keyspace.Tables.Add("t", table) }),
        };
        Local = new TestReplica(this, Time);
        Peer = new TestReplica(this, Time);
    }

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add { }
        remove { }
    }

    public ClusterMetadata Current { get; }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>The replica that drives.</summary>
    public TestReplica Local { get; }

    public TestReplica Peer { get; }

    public ExchangeFigures Figures { get; } = new();

    /// <summary>Puts another answer in the place of the peer's.</summary>
    public Func<Verb, byte[], byte[]>? Lie { get; set; }

    /// <summary>Called before each request is handled.</summary>
    public Action<NodeId, Verb>? Before { get; set; }

    /// <summary>Shown each request to the peer before it is answered.</summary>
    public Action<Verb, byte[]>? Asked { get; set; }

    /// <summary>Awaited when an exchange waits, before it goes on.</summary>
    public Func<Task>? Waiting { get; set; }

    /// <summary>Shown how many bytes each answer has, and whose it is.</summary>
    public Action<NodeId, Verb, int>? Answered { get; set; }

    public int Requests { get; private set; }

    /// <summary>Bytes of the largest request or answer so far.</summary>
    public int LargestMessage { get; private set; }

    public bool IsPeer(NodeId node) => node == PeerId;

    /// <param name="cut">Formation time in milliseconds; tombstones from before it are compared even where they are recent.</param>
    public Task CompareAsync(bool dryRun = false, long cut = 0)
    {
        var group = new ReplicaGroup([LocalId, PeerId], [new TokenSpan(Token.Minimum, new Token(long.MaxValue))]);
        var topic = new ExchangeTopic(TestRows.Table, group, LocalId, PeerId, cut, Horizon: 0, Incarnations: [0, 0], WithRecent: false, dryRun);
        var requests = new ReplicaRequests(this, LocalId, TimeSpan.FromSeconds(30), Figures, CancellationToken.None);
        return new Exchange(topic, requests, Figures, salt: 42, static () => Task.CompletedTask, new ExchangeClock(() => _waited, PassAsync)).RunAsync().WaitAsync(Patience);
    }

    public TreeInspection Inspect() =>
        new(this, LocalId, TestRows.Table, [new TokenSpan(Token.Minimum, new Token(long.MaxValue))], LocalId, PeerId, salt: 42);

    public void Settle()
    {
        Local.Settle();
        Peer.Settle();
    }

    public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        Requests++;
        LargestMessage = Math.Max(LargestMessage, body.Length);
        Before?.Invoke(target, verb);
        if (target == PeerId)
        {
            Asked?.Invoke(verb, body.ToArray());
        }

        var channel = new Answer(this, target == PeerId, verb, sink, slot);
        (target == PeerId ? Peer : Local).Handle(new Request(LocalId, verb, body, long.MaxValue, new ReplyTo(channel, 1)));
    }

    public void SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) =>
        throw new NotSupportedException();

    private async Task PassAsync(TimeSpan span)
    {
        _waited += span;
        await (Waiting?.Invoke() ?? Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        await Local.DisposeAsync();
        await Peer.DisposeAsync();
    }

    private sealed class Answer(ReplicaPair pair, bool isOfPeer, Verb verb, IReplySink sink, int slot) : IReplyChannel
    {
        public void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            var answer = body.ToArray();
            pair.LargestMessage = Math.Max(pair.LargestMessage, answer.Length);
            pair.Answered?.Invoke(isOfPeer ? PeerId : LocalId, verb, answer.Length);
            if (isOfPeer && status == ReplyStatus.Ok && pair.Lie is { } lie)
            {
                answer = lie(verb, answer);
            }

            sink.OnReply(slot, status, answer);
        }
    }
}
