using System.Buffers;
using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Leaders;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Coordinator.Tests.Leaders;

/// <summary>Against a leader that has one value, which others change when they like.</summary>
public sealed class ConditionalWriteCoordinatorTests : IMessenger, ILiveness, ILeaderView
{
    private static readonly byte[] RowKey = [0x40, 1];

    private readonly TestCluster _cluster = new();
    private readonly List<Verb> _asked = [];
    private readonly Queue<string?> _changes = [];
    private string? _value;
    private ReplyStatus _compared = ReplyStatus.Ok;
    private ReplyStatus _read = ReplyStatus.Ok;

    public event Action<NodeId, bool>? Changed
    {
        add { }
        remove { }
    }

    [Fact]
    public async Task What_is_to_be_written_where_nothing_is_needs_no_read()
    {
        var outcome = await WriteAsync(static value => value is null, "a", expectsNothing: true);

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: true });
        Assert.Equal("a", _value);
        Assert.Equal([Verb.LeaderCompareAndSet], _asked);
    }

    [Fact]
    public async Task A_first_guess_that_was_wrong_is_answered_with_what_is_there()
    {
        _value = "b";
        var outcome = await WriteAsync(static value => value is null, "a", expectsNothing: true);

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: false });
        Assert.Equal("b", ValueIn(outcome.Rows));
        Assert.Equal("b", _value);
        Assert.Equal([Verb.LeaderCompareAndSet], _asked);
    }

    [Fact]
    public async Task What_depends_on_a_value_is_read_first_and_written_if_it_is_still_there()
    {
        _value = "b";
        var outcome = await WriteAsync(static value => value == "b", "a");

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: true });
        Assert.Equal("a", _value);
        Assert.Equal([Verb.LeaderBarrier, Verb.Read, Verb.LeaderCompareAndSet], _asked);
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_writes_nothing()
    {
        _value = "b";
        var outcome = await WriteAsync(static value => value == "c", "a");

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: false });
        Assert.Equal("b", _value);
        Assert.Equal([Verb.LeaderBarrier, Verb.Read], _asked);
    }

    [Fact]
    public async Task It_is_decided_again_on_what_others_have_written_meanwhile()
    {
        _value = "b1";
        _changes.Enqueue("b2");
        _changes.Enqueue("b3");
        var outcome = await WriteAsync(static value => value?[0] == 'b', "a");

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: true });
        Assert.Equal("a", _value);
        Assert.Equal(3, _asked.Count(static verb => verb == Verb.LeaderCompareAndSet));
    }

    [Fact]
    public async Task It_is_not_written_where_the_condition_has_ceased_to_hold()
    {
        _value = "b";
        _changes.Enqueue("c");
        var outcome = await WriteAsync(static value => value == "b", "a");

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: false });
        Assert.Equal(("c", "c"), (_value, ValueIn(outcome.Rows)));
    }

    [Fact]
    public async Task What_was_sent_and_not_answered_is_unknown_and_not_sent_again()
    {
        _compared = ReplyStatus.Lost;
        var outcome = await WriteAsync(static value => value is null, "a", expectsNothing: true);

        Assert.Equal(RequestResult.Timeout, outcome.Outcome.Result);
        Assert.Equal([Verb.LeaderCompareAndSet], _asked);
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_a_failure_at_once()
    {
        _read = ReplyStatus.Failed;
        var outcome = await WriteAsync(static value => value == "b", "a");

        Assert.Equal(RequestResult.Failure, outcome.Outcome.Result);
        Assert.Equal([Verb.LeaderBarrier, Verb.Read], _asked);
    }

    [Fact]
    public async Task A_leader_that_has_no_room_to_read_is_asked_again_after_a_pause()
    {
        _read = ReplyStatus.Overloaded;
        var pending = WriteAsync(static value => value == "b", "a");
        Assert.Equal([Verb.LeaderBarrier, Verb.Read], _asked);
        for (var step = 0; step < 10_000 && !pending.IsCompleted; step++)
        {
            _cluster.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.Equal(RequestResult.Unavailable, (await pending).Outcome.Result);
        Assert.True(_asked.Count < 250, $"{_asked.Count} questions in two seconds");
    }

    [Fact]
    public async Task Nothing_to_write_under_a_condition_that_holds_is_applied_once_it_was_read()
    {
        var outcome = await WriteAsync(static value => value is null, null);

        Assert.True(outcome is { Outcome.IsSuccess: true, IsApplied: true });
        Assert.Equal([Verb.LeaderBarrier, Verb.Read], _asked);
    }

    bool ILiveness.IsAlive(NodeId node) => true;

    NodeId? ILeaderView.LeaderOf(GroupId group) => TestReplicas.Node(0);

    void IMessenger.Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        Assert.Equal(TestReplicas.Node(0), target);
        _asked.Add(verb);
        if (verb == Verb.LeaderCompareAndSet)
        {
            Compare(new CompareAndSet.Parts(body[sizeof(ulong)..]), sink, slot);
            return;
        }

        sink.OnReply(slot, verb == Verb.Read ? _read : ReplyStatus.Ok, verb == Verb.Read ? [.. new byte[ReadReply.HorizonBytes], .. Response()] : new LeaderReply(LeaderVerdict.Done).ToBytes());
    }

    void IMessenger.SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw new NotSupportedException();

    private void Compare(CompareAndSet.Parts request, IReplySink sink, int slot)
    {
        _value = _changes.TryDequeue(out var change) ? change : _value;
        var rows = Response();
        var isEqual = ReadDigest.HashOf(rows) == request.Expected;
        if (isEqual)
        {
            _value = System.Text.Encoding.UTF8.GetString(request.Mutation);
        }

        sink.OnReply(slot, _compared, (isEqual ? new LeaderReply(LeaderVerdict.Done) : new LeaderReply(LeaderVerdict.Unequal, Rows: rows)).ToBytes());
    }

    /// <summary>The value, as that of the one column of a row.</summary>
    private byte[] Response()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new ReadResponseWriter(bytes);
        if (_value is not null)
        {
            var row = new ArrayBufferWriter<byte>();
            var rowWriter = new RowWriter(row);
            rowWriter.SimpleColumn(new ColumnId(0), new Cell { Kind = CellKind.Plain, Timestamp = new WriteTimestamp(1), Value = System.Text.Encoding.UTF8.GetBytes(_value) });
            rowWriter.Finish();
            writer.BeginPartition(new Token(0), "k"u8, Deletion.None);
            writer.Row(RowKey, row.WrittenSpan);
            writer.EndPartition(limited: false);
        }

        writer.Finish();
        return bytes.WrittenSpan.ToArray();
    }

    private static string? ValueIn(IReadOnlyList<PartitionRows> rows)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var reader = new RowReader(rows[0].Rows[0].Row.Span);
        Assert.True(reader.MoveNext());
        return System.Text.Encoding.UTF8.GetString(reader.Cell.Value);
    }

    private async Task<ConditionalOutcome> WriteAsync(Func<string?, bool> condition, string? written, bool expectsNothing = false)
    {
        var requests = new LeaderRequests(this, this, this, _cluster.Time, TestReplicas.Node(0), new LeaderOptions());
        var read = new ReadCommand { Table = TestCluster.TableId, NowSeconds = 1, PartitionKey = "k"u8.ToArray(), Token = new Token(0), Slices = [], Limit = 1 };
        var mutation = System.Text.Encoding.UTF8.GetBytes(written ?? "");
        return await new ConditionalWriteCoordinator(requests, _cluster.Maps, _cluster.Counters, _cluster.Time).WriteAsync(new ConditionalRequest(
            _cluster.Keyspace, read, rows => condition(ValueIn(rows)) ? (ReadOnlyMemory<byte>?)mutation : null, expectsNothing, TimeSpan.FromSeconds(2)));
    }
}
