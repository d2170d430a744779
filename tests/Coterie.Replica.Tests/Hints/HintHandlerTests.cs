using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Replica.Hints;
using Coterie.Storage;
using Coterie.Storage.Memory;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Coterie.Replica.Tests.TestData;

namespace Coterie.Replica.Tests.Hints;

/// <summary>The stores of hints and of batches, as messages meet them.</summary>
public sealed class HintHandlerTests : IReplyChannel, IStorageWriter, IAsyncDisposable
{
    private static readonly NodeId Self = new(new Guid(1, 0, 0, new byte[8]));
    private static readonly NodeId Other = new(new Guid(2, 0, 0, new byte[8]));
    private readonly MemoryEngine _engine;
    private readonly FakeTimeProvider _time = new();
    private readonly ReplicaCounters _counters = new();
    private readonly HintHandler _hints;
    private readonly BatchHandler _batches;
    private bool _full;
    private bool _mustBeSynced;
    private WriteResult _ends;
    private (ReplyStatus Status, byte[] Body) _reply;

    public HintHandlerTests()
    {
        _engine = new MemoryEngine(new MemoryDisk(), _time, () => TimeSpan.Zero, RowMerge.Merge);
        _hints = new HintHandler(_engine, this, Self, _counters, NullLogger<HintHandler>.Instance);
        _batches = NewBatches();
    }

    [Fact]
    public void Hints_come_back_in_the_order_of_their_places_and_are_forgotten_up_to_one()
    {
        foreach (var sequence in new ulong[] { 3, 1, 2 })
        {
            Assert.Equal(ReplyStatus.Ok, Store(Other, sequence));
        }

        Assert.False(_mustBeSynced);
        Assert.Equal([1UL, 2UL, 3UL], Places(Other, from: 0));
        Assert.Equal([2UL, 3UL], Places(Other, from: 2));
        Assert.Empty(Places(Self, from: 0));
        Assert.Equal((3, 3UL), Summary());
        Assert.Equal(ReplyStatus.Ok, Ask(_hints, Verb.HintForget, new HintForgetRequest(Other, 2).Encode()));
        Assert.Equal([3UL], Places(Other, from: 0));
        Assert.Equal((1, 3UL), Summary());
    }

    [Theory]
    [InlineData(Verb.HintStore)]
    [InlineData(Verb.HintRead)]
    [InlineData(Verb.HintForget)]
    public void Another_node_is_refused(Verb verb)
    {
        Assert.Equal(ReplyStatus.Ok, Store(Other, 1));
        var body = verb == Verb.HintStore ? Hint(Other, 2) : verb == Verb.HintRead ? new HintReadRequest(Other, 0).Encode() : new HintForgetRequest(Other, 1).Encode();
        Assert.Equal(ReplyStatus.Failed, Ask(_hints, verb, body, Other));
        Assert.Equal([1UL], Places(Other, from: 0));
        Assert.Equal(1, _counters.Malformed);
    }

    [Fact]
    public void What_is_no_mutation_is_not_kept()
    {
        var hint = Hint(Other, 1);
        Assert.Equal(ReplyStatus.Failed, Ask(_hints, Verb.HintStore, hint[..^1]));
        Assert.Equal(ReplyStatus.Failed, Ask(_hints, Verb.HintForget, [1, 2, 3]));
        Assert.Empty(Places(Other, from: 0));
    }

    [Fact]
    public void A_hint_is_answered_as_the_disk_says()
    {
        _full = true;
        Assert.Equal(ReplyStatus.Overloaded, Store(Other, 1));
        _full = false;
        _ends = WriteResult.Full;
        Assert.Equal(ReplyStatus.Failed, Store(Other, 1));
        Assert.Empty(Places(Other, from: 0));
    }

    [Fact]
    public void A_batch_of_another_node_is_kept_over_a_restart_and_due_after_its_time()
    {
        var batch = new BatchRecord(new Guid(9, 0, 0, new byte[8]), [Other, Self], [Mutation(), Mutation()]);
        Assert.Equal(ReplyStatus.Ok, Ask(_batches, Verb.BatchStore, batch.Encode(), Other));
        Assert.True(_mustBeSynced);
        Assert.Equal(0, Due(_batches));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, Due(_batches));

        var again = NewBatches();
        Assert.Equal(1, again.Held);
        Assert.Equal(0, Due(again));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, Due(again));
        Assert.Equal(ReplyStatus.Ok, Ask(again, Verb.BatchForget, batch.Id.ToByteArray(bigEndian: true), Other));
        Assert.Equal(0, again.Held);
        Assert.Equal(0, NewBatches().Held);
    }

    [Fact]
    public void A_batch_that_is_broken_or_not_durable_is_not_kept()
    {
        var batch = new BatchRecord(new Guid(9, 0, 0, new byte[8]), [Self], [Mutation()]).Encode();
        Assert.Equal(ReplyStatus.Failed, Ask(_batches, Verb.BatchStore, batch[..^1]));
        Assert.Equal(ReplyStatus.Failed, Ask(_batches, Verb.BatchRead, [0, 0, 0, 1], Other));
        _ends = WriteResult.Full;
        Assert.Equal(ReplyStatus.Failed, Ask(_batches, Verb.BatchStore, batch));
        Assert.Equal(0, _batches.Held);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    void IReplyChannel.Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body) => _reply = (status, body.ToArray());

    bool IStorageWriter.TryEnqueue(IPendingWrite write)
    {
        if (_full)
        {
            return false;
        }

        if (_ends == WriteResult.Durable)
        {
            var batch = new StorageBatch();
            write.AppendTo(batch);
            _mustBeSynced = batch.MustBeSynced;
            var commit = _engine.CommitAsync(batch).AsTask();
            Assert.True(commit.IsCompletedSuccessfully);
        }

        write.Completed(_ends);
        return true;
    }

    private static byte[] Mutation() => ReplicaFixture.Mutation("a", (RowKey(1), Value(10, "x")));

    private static byte[] Hint(NodeId target, ulong sequence)
    {
        var destination = new ArrayBufferWriter<byte>();
        HintRecord.Write(destination, target, sequence, Mutation());
        return destination.WrittenSpan.ToArray();
    }

    private BatchHandler NewBatches() => new(_engine, this, Self, _time, _counters, NullLogger<BatchHandler>.Instance);

    private ReplyStatus Ask(IRequestHandler handler, Verb verb, byte[] body, NodeId? from = null)
    {
        handler.Handle(new Request(from ?? Self, verb, body, long.MaxValue, new ReplyTo(this, 1)));
        return _reply.Status;
    }

    private ReplyStatus Store(NodeId target, ulong sequence) => Ask(_hints, Verb.HintStore, Hint(target, sequence));

    private IEnumerable<ulong> Places(NodeId target, ulong from)
    {
        _ends = WriteResult.Durable;
        Assert.Equal(ReplyStatus.Ok, Ask(_hints, Verb.HintRead, new HintReadRequest(target, from).Encode()));
        return HintChunk.Decode(_reply.Body).Hints.Select(static hint => hint.Sequence);
    }

    private (long Count, ulong Last) Summary()
    {
        Assert.Equal(ReplyStatus.Ok, Ask(_hints, Verb.HintRead, HintReadRequest.Summary.Encode()));
        var one = Assert.Single(HintsOfTarget.Decode(_reply.Body));
        Assert.Equal((Other, ReplicaFixture.Now.Milliseconds), (one.Target, one.OldestFormed));
        Assert.Equal(one.Count * (Hint(Other, 1).Length + 1), one.Bytes);
        return (one.Count, one.Last);
    }

    private int Due(BatchHandler batches)
    {
        Assert.Equal(ReplyStatus.Ok, Ask(batches, Verb.BatchRead, [0, 0, 0x13, 0x88]));
        return HintChunk.Decode(_reply.Body).Hints.Count;
    }
}
