using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Coordinator.Leaders;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Coordinator.Tests.Leaders;

public sealed class LeaderRequestsTests : IMessenger, ILiveness, ILeaderView
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly ReplicaSet Members = new([Node(1), Node(2), Node(3)], ["a", "a", "a"], "a");

    private readonly FakeTimeProvider _time = new();
    private readonly Queue<(NodeId Node, ReplyStatus Status, LeaderReply Reply, Action? Before)> _script = [];
    private readonly List<NodeId> _asked = [];
    private readonly List<TimeSpan> _patience = [];
    private NodeId? _heardOf;

    public event Action<NodeId, bool>? Changed
    {
        add { }
        remove { }
    }

    [Fact]
    public async Task A_member_asks_the_leader_that_it_has_heard_of()
    {
        _heardOf = Node(3);
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));

        Assert.Equal(new LeaderAnswer(RequestResult.Success, Node(3)), await WriteAsync());
    }

    [Fact]
    public async Task A_write_that_never_reached_the_leader_goes_to_the_next()
    {
        _heardOf = Node(2);
        Expect(2, ReplyStatus.Unreachable);
        Expect(2, ReplyStatus.Unreachable, before: () => _heardOf = Node(3));
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));

        Assert.Equal(new LeaderAnswer(RequestResult.Success, Node(3)), await EndAsync(WriteAsync()));
    }

    [Theory]
    [InlineData(ReplyStatus.Lost)]
    [InlineData(ReplyStatus.Timeout)]
    public async Task A_write_that_may_have_reached_the_leader_is_not_sent_again(ReplyStatus status)
    {
        _heardOf = Node(2);
        Expect(2, status);

        Assert.Equal(RequestResult.Timeout, (await WriteAsync()).Result);
    }

    [Theory]
    [InlineData(ReplyStatus.Lost)]
    [InlineData(ReplyStatus.Timeout)]
    [InlineData(ReplyStatus.Unreachable)]
    public async Task A_question_is_asked_again_of_who_leads_then(ReplyStatus status)
    {
        _heardOf = Node(2);
        Expect(2, status, before: () => _heardOf = Node(3));
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));

        Assert.Equal(new LeaderAnswer(RequestResult.Success, Node(3)), await EndAsync(AskAsync(LeaderRequests.Repeat.Freely)));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], _patience);
    }

    [Fact]
    public async Task During_an_election_a_member_asks_nobody_and_waits_for_its_end()
    {
        var write = WriteAsync();
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Empty(_asked);
        Assert.False(write.IsCompleted);

        _heardOf = Node(1);
        Expect(1, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));
        Assert.Equal(RequestResult.Success, (await EndAsync(write)).Result);
    }

    [Fact]
    public async Task A_member_that_hears_of_no_leader_in_time_has_done_nothing()
    {
        var write = EndAsync(WriteAsync());

        Assert.Equal(RequestResult.Unavailable, (await write).Result);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_for_an_election_is_refused_at_once() =>
        Assert.Equal(RequestResult.Unavailable, (await AskAsync(LeaderRequests.Repeat.Never, options: new LeaderOptions { WaitsForElection = false })).Result);

    [Fact]
    public async Task A_member_follows_the_name_that_the_other_gives()
    {
        _heardOf = Node(2);
        Expect(2, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.NotLeader, Node(3)));
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));

        Assert.Equal(new LeaderAnswer(RequestResult.Success, Node(3)), await WriteAsync());
    }

    [Fact]
    public async Task Who_is_no_member_asks_around_and_forgets_a_leader_that_did_not_answer()
    {
        var outside = new LeaderRequests(this, this, this, _time, Node(9), new LeaderOptions());
        Expect(1, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.NotLeader, Node(2)));
        Expect(2, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));
        Expect(2, ReplyStatus.Timeout);
        Expect(1, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.NotLeader, Node(3)));
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));
        Expect(3, ReplyStatus.Ok, new LeaderReply(LeaderVerdict.Done));

        RequestResult[] results = [await AskAsync(), await AskAsync(), await AskAsync(), await AskAsync()];

        Assert.Equal([RequestResult.Success, RequestResult.Timeout, RequestResult.Success, RequestResult.Success], results);

        async Task<RequestResult> AskAsync() => (await outside.AskAsync(Members, Verb.LeaderWrite, [], LeaderRequests.Repeat.Never, Timeout)).Result;
    }

    bool ILiveness.IsAlive(NodeId node) => true;

    NodeId? ILeaderView.LeaderOf(GroupId group) => group == Members.Group ? _heardOf : null;

    void IMessenger.Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot)
    {
        var (node, status, reply, before) = _script.Dequeue();
        Assert.Equal(node, target);
        _asked.Add(target);
        _patience.Add(timeout);
        before?.Invoke();
        sink.OnReply(slot, status, status == ReplyStatus.Ok ? reply.ToBytes() : []);
    }

    void IMessenger.SendTo(IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) => throw new NotSupportedException();

    private static NodeId Node(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private void Expect(int node, ReplyStatus status, LeaderReply reply = default, Action? before = null) => _script.Enqueue((Node(node), status, reply, before));

    private Task<LeaderAnswer> WriteAsync() => AskAsync(LeaderRequests.Repeat.Never);

    private Task<LeaderAnswer> AskAsync(LeaderRequests.Repeat repeat, LeaderOptions? options = null) =>
        new LeaderRequests(this, this, this, _time, Node(1), options ?? new LeaderOptions()).AskAsync(Members, Verb.LeaderWrite, [], repeat, Timeout);

    /// <summary>Lets time pass until it has ended.</summary>
    private async Task<LeaderAnswer> EndAsync(Task<LeaderAnswer> request)
    {
        for (var step = 0; step < 10_000 && !request.IsCompleted; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await request;
    }
}
