using Coterie.Cluster.Transport;
using Coterie.Model.Time;
using Coterie.Model;
using Coterie.Model.Ids;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Cluster.Tests.Transport;

public sealed class MessengerTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly PipeNetwork _network = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TestNode _one;
    private readonly TestNode _two;

    public MessengerTests()
    {
        _one = new TestNode(_network, _time, 1, new TransportOptions { QueuedBytesMax = 1_000_000, InFlightMax = 1_000, HeldRequestsMax = 3 });
        _two = new TestNode(_network, _time, 2, new TransportOptions { HeldRequestsMax = 3 });
        foreach (var node in new[] { _one, _two })
        {
            node.Handle(Verb.Read, static (in Request request) => request.Reply.Send(ReplyStatus.Ok, request.Body));
            node.Handle(Verb.Heartbeat, static (in Request request) => request.Reply.Send(ReplyStatus.Ok, []));
            node.Handle(Verb.MetadataPull, static (in Request request) => request.Reply.Send(ReplyStatus.Stale, []));
        }
    }

    public async ValueTask InitializeAsync()
    {
        _two.Handle(Verb.Mutate, (in Request request) => _handleMutate(request));
        _one.Handle(Verb.Mutate, (in Request request) => _handleMutate(request));
        await _one.StartAsync();
        await _two.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        Assert.Empty(_one.Broken);
        Assert.Empty(_two.Broken);
    }

    private TestNode.RequestAction _handleMutate = static (in Request _) => { };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_request_is_answered_by_the_node_it_was_sent_to(int bytes)
    {
        var body = new byte[bytes];
        new Random(1).NextBytes(body);
        foreach (var target in new[] { _two.Id, _one.Id })
        {
            var waiter = new Waiter();
            _one.Messenger.Send(target, Verb.Read, body, Second, waiter, 0);
            var (status, reply) = await waiter.ReplyAsync();
            Assert.Equal(ReplyStatus.Ok, status);
            Assert.Equal(body, reply);
        }
    }

    [Fact]
    public async Task A_request_to_an_address_is_answered_by_whoever_is_there()
    {
        foreach (var target in new[] { _two.Address, _one.Address })
        {
            var waiter = new Waiter();
            _one.Messenger.SendTo(target, Verb.Read, "hello"u8, Second, waiter, 0);
            Assert.Equal(ReplyStatus.Ok, (await waiter.ReplyAsync()).Status);
        }

        Assert.Equal(_two.Id, Assert.Single(_one.Messenger.Peers()).Node);
    }

    [Fact]
    public async Task Thousands_of_requests_from_many_threads_each_get_their_own_answer()
    {
        const int Threads = 8;
        const int Each = 2_000;
        var waiters = Enumerable.Range(0, Threads).Select(_ => new Waiter(Each)).ToArray();
        var limit = new SemaphoreSlim(900);
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            var counting = new Releasing(waiters[number], limit);
            for (var slot = 0; slot < Each; slot++)
            {
                limit.Wait();
                _one.Messenger.Send(_two.Id, Verb.Read, BitConverter.GetBytes((number * Each) + slot), Second, counting, slot);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        for (var number = 0; number < Threads; number++)
        {
            for (var slot = 0; slot < Each; slot++)
            {
                var (status, body) = await waiters[number].ReplyAsync(slot);
                Assert.Equal(ReplyStatus.Ok, status);
                Assert.Equal((number * Each) + slot, BitConverter.ToInt32(body));
            }
        }

        Assert.Equal(0, _one.Messenger.InFlight);
        Assert.Equal(Threads * Each, _one.Messenger.Counters.FramesSent);
        Assert.Equal(Threads * Each, _one.Messenger.Counters.FramesReceived);
        Assert.True(_one.Messenger.Counters.Flushes < Threads * Each, "no two frames ever shared a flush");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_request_that_is_not_answered_times_out_and_its_late_answer_is_dropped(int target)
    {
        var kept = new TaskCompletionSource<ReplyTo>();
        _handleMutate = (in Request request) => kept.SetResult(request.Reply);
        var waiter = new Waiter();
        _one.Messenger.Send(TestNode.IdOf(target), Verb.Mutate, "x"u8, Second, waiter, 0);
        var reply = await kept.Task;

        _time.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.False(waiter.IsDone);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(ReplyStatus.Timeout, (await waiter.ReplyAsync()).Status);

        reply.Send(ReplyStatus.Ok, []);
        await AskAsync(TestNode.IdOf(target));
        Assert.Equal(1, _one.Messenger.Counters.LateReplies);
        Assert.Equal(1, _one.Messenger.Counters.Timeouts);
    }

    [Fact]
    public async Task A_lost_connection_answers_all_that_is_in_flight_at_once_and_the_next_request_connects_again()
    {
        var arrived = new CountdownEvent(3);
        _handleMutate = (in Request _) => arrived.Signal();
        var lost = new TaskCompletionSource<NodeId>();
        _one.Messenger.LinkLost += lost.SetResult;
        var waiter = new Waiter(3);
        for (var slot = 0; slot < 3; slot++)
        {
            _one.Messenger.Send(_two.Id, Verb.Mutate, "x"u8, Second, waiter, slot);
        }

        Assert.True(arrived.Wait(TimeSpan.FromSeconds(30)));
        _network.Last().Abort();
        Assert.Equal(ReplyStatus.Lost, (await waiter.ReplyAsync(2)).Status);
        Assert.Equal(_two.Id, await lost.Task);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_two.Id));
    }

    [Fact]
    public async Task Aborting_a_peer_answers_what_is_in_flight()
    {
        await AskAsync(_two.Id);
        var waiter = new Waiter();
        _one.Messenger.Send(_two.Id, Verb.Mutate, "x"u8, Second, waiter, 0);
        _one.Messenger.Abort(_two.Id);
        Assert.Equal(ReplyStatus.Lost, (await waiter.ReplyAsync()).Status);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_unreachable_at_once_and_is_not_asked_again_before_the_pause_is_over()
    {
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(TestNode.IdOf(3)));
        Assert.Equal(1, _one.Messenger.Counters.ConnectFailures);
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(TestNode.IdOf(3)));
        Assert.Equal(1, _one.Messenger.Counters.ConnectFailures);
        _time.Advance(TimeSpan.FromMilliseconds(51));
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(TestNode.IdOf(3)));
        Assert.Equal(2, _one.Messenger.Counters.ConnectFailures);
    }

    [Fact]
    public async Task A_node_that_is_no_member_is_unreachable() =>
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(TestNode.IdOf(77)));

    [Fact]
    public async Task A_peer_that_comes_to_us_is_asked_again_without_waiting_out_the_pause()
    {
        await using var three = new TestNode(_network, _time, 3);
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(three.Id));
        three.Handle(Verb.Read, static (in Request request) => request.Reply.Send(ReplyStatus.Ok, []));
        await three.StartAsync();
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(three.Id));

        var greeted = new TaskCompletionSource<NodeId>();
        _one.Messenger.PeerGreeted += peer => greeted.TrySetResult(peer);
        three.Messenger.Send(_one.Id, Verb.Read, "x"u8, Second, new Waiter(), 0);
        Assert.Equal(three.Id, await greeted.Task);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(three.Id));
    }

    [Fact]
    public async Task Another_cluster_another_node_and_this_node_itself_are_refused()
    {
        await using var three = new TestNode(_network, _time, 3) { ClusterId = new ClusterId(Guid.Parse("99999999-2222-4333-8444-555555555555")) };
        await three.StartAsync();
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(three.Id));
        Assert.Equal(1, three.Messenger.Counters.Refusals);

        _one.Book[TestNode.IdOf(8)] = _two.Address;
        Assert.Equal(ReplyStatus.Unreachable, await AskAsync(TestNode.IdOf(8)));

        await using var copy = new TestNode(_network, _time, 4, id: _one.Id);
        await copy.StartAsync();
        var waiter = new Waiter();
        _one.Messenger.SendTo(copy.Address, Verb.Read, "x"u8, Second, waiter, 0);
        Assert.Equal(ReplyStatus.Unreachable, (await waiter.ReplyAsync()).Status);
        Assert.Equal(3, _one.Messenger.Counters.Refusals);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        // Nothing leaves while the connection is not established: the other side never shakes hands.
        _one.Book[TestNode.IdOf(5)] = TestNode.AddressOf(5);
        await _network.ListenAsync(TestNode.AddressOf(5), static _ => Task.CompletedTask, CancellationToken.None);
        var waiter = new Waiter(2);
        _one.Messenger.Send(TestNode.IdOf(5), Verb.Read, new byte[900_000], Second, waiter, 0);
        var refused = new Waiter();
        _one.Messenger.Send(TestNode.IdOf(5), Verb.Read, new byte[200_000], Second, refused, 0);
        Assert.True(refused.IsDone);
        Assert.Equal(ReplyStatus.Overloaded, (await refused.ReplyAsync()).Status);
        Assert.Equal(1, _one.Messenger.Counters.Overloaded);
    }

    [Fact]
    public async Task More_requests_in_flight_than_allowed_are_refused()
    {
        var waiter = new Waiter(1_000);
        for (var slot = 0; slot < 1_000; slot++)
        {
            _one.Messenger.Send(_one.Id, Verb.Mutate, [], Second, waiter, slot);
        }

        Assert.Equal(ReplyStatus.Overloaded, await AskAsync(_one.Id));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ReplyStatus.Timeout, (await waiter.ReplyAsync(999)).Status);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_one.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_handler_that_throws_fails_the_request_and_an_unknown_verb_too(int target)
    {
        _handleMutate = static (in Request _) => throw new MalformedDataException("nonsense");
        Assert.Equal(ReplyStatus.Failed, await AskAsync(TestNode.IdOf(target), Verb.Mutate));
        _handleMutate = static (in Request _) => throw new BrokenRequestException("poison");
        Assert.Equal(ReplyStatus.Failed, await AskAsync(TestNode.IdOf(target), Verb.Mutate));
        Assert.Equal(ReplyStatus.Failed, await AskAsync(TestNode.IdOf(target), (Verb)200));
        Assert.Equal(3, (target == 1 ? _one : _two).Messenger.Counters.FailedRequests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_answer_larger_than_a_frame_fails_the_request_and_never_whoever_gives_it(int target)
    {
        var kept = new TaskCompletionSource<ReplyTo>(TaskCreationOptions.RunContinuationsAsynchronously);
        _handleMutate = (in Request request) => kept.SetResult(request.Reply);
        var waiter = new Waiter();
        _one.Messenger.Send(TestNode.IdOf(target), Verb.Mutate, "x"u8, Second, waiter, 0);

        // From elsewhere, as from the pool that reads the disk: what is thrown there has nobody above to catch it.
        (await kept.Task).Send(ReplyStatus.Ok, new byte[PeerFrame.BodyBytesMax + 1]);
        var (status, body) = await waiter.ReplyAsync();
        Assert.Equal((ReplyStatus.Failed, 0), (status, body.Length));
        Assert.Equal(1, (target == 1 ? _one : _two).Messenger.Counters.FailedRequests);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_two.Id));
    }

    [Fact]
    public async Task An_answer_for_which_there_is_no_room_is_refused_and_the_connection_lives_on()
    {
        await using var three = new TestNode(_network, _time, 3, new TransportOptions { QueuedBytesMax = 100_000 });
        three.Handle(Verb.Mutate, (in Request request) => _handleMutate(request));
        three.Handle(Verb.Read, static (in Request request) => request.Reply.Send(ReplyStatus.Ok, request.Body));
        await three.StartAsync();
        Assert.Equal(ReplyStatus.Ok, await AskAsync(three.Id));
        var kept = new List<ReplyTo>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _handleMutate = (in Request request) =>
        {
            kept.Add(request.Reply);
            if (kept.Count == 3)
            {
                all.SetResult();
            }
        };
        var waiter = new Waiter(3);
        for (var slot = 0; slot < 3; slot++)
        {
            _one.Messenger.Send(three.Id, Verb.Mutate, "x"u8, Second, waiter, slot);
        }

        // Many pages that one reader asked for at once, while it is held up and takes none.
        await all.Task;
        using var holdUp = new HoldUp();
        _one.Messenger.Send(three.Id, Verb.Read, new byte[90_000], Second, holdUp, 0);
        holdUp.Reached.Wait(TestContext.Current.CancellationToken);
        kept.ForEach(reply => reply.Send(ReplyStatus.Ok, new byte[60_000]));
        holdUp.LetGo.Set();
        var replies = new List<ReplyStatus>();
        for (var slot = 0; slot < 3; slot++)
        {
            replies.Add((await waiter.ReplyAsync(slot)).Status);
        }

        Assert.Contains(ReplyStatus.Overloaded, replies);
        Assert.DoesNotContain(ReplyStatus.Unreachable, replies);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(three.Id));
    }

    [Fact]
    public async Task A_broken_invariant_in_a_handler_is_told_to_the_owner_of_the_node()
    {
        _handleMutate = static (in Request _) => Check.That(false);
        var waiter = new Waiter();
        _one.Messenger.Send(_one.Id, Verb.Mutate, [], Second, waiter, 0);
        Assert.IsType<BrokenInvariantException>(Assert.Single(_one.Broken));
        _one.Broken.Clear();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ReplyStatus.Timeout, (await waiter.ReplyAsync()).Status);
    }

    [Fact]
    public async Task A_request_from_a_later_epoch_waits_until_this_node_has_caught_up_but_a_heartbeat_does_not()
    {
        var caughtUp = new TaskCompletionSource();
        var asked = new TaskCompletionSource<(NodeId, Epoch)>();
        _two.CatchUp = async (from, target) =>
        {
            asked.TrySetResult((from, target));
            await caughtUp.Task;
            _two.Current = target;
        };
        _one.Current = new Epoch(4);
        var waiter = new Waiter();
        _one.Messenger.Send(_two.Id, Verb.Read, "x"u8, Second, waiter, 0);
        Assert.Equal((_one.Id, new Epoch(4)), await asked.Task);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_two.Id, Verb.Heartbeat));
        Assert.Equal(ReplyStatus.Stale, await AskAsync(_two.Id, Verb.MetadataPull));
        Assert.False(waiter.IsDone);

        caughtUp.SetResult();
        Assert.Equal(ReplyStatus.Ok, (await waiter.ReplyAsync()).Status);
        Assert.Equal(1, _two.Messenger.Counters.HeldRequests);
    }

    [Fact]
    public async Task Requests_that_cannot_be_caught_up_with_fail_and_too_many_are_refused()
    {
        var giveUp = new TaskCompletionSource();
        _two.CatchUp = (_, _) => giveUp.Task;
        _one.Current = new Epoch(4);
        var waiter = new Waiter(3);
        for (var slot = 0; slot < 3; slot++)
        {
            _one.Messenger.Send(_two.Id, Verb.Read, "x"u8, Second, waiter, slot);
        }

        Assert.Equal(ReplyStatus.Overloaded, await AskAsync(_two.Id));
        giveUp.SetResult();
        Assert.Equal(ReplyStatus.Failed, (await waiter.ReplyAsync(2)).Status);
    }

    [Fact]
    public async Task A_heartbeat_alone_makes_a_node_that_is_behind_catch_up_on_either_side()
    {
        var asked = new TaskCompletionSource<(NodeId, Epoch)>();
        _one.CatchUp = (from, target) =>
        {
            asked.TrySetResult((from, target));
            _one.Current = target;
            return Task.CompletedTask;
        };
        _two.Current = new Epoch(9);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_two.Id, Verb.Heartbeat));
        Assert.Equal((_two.Id, new Epoch(9)), await asked.Task);
    }

    [Fact]
    public async Task A_damaged_frame_ends_the_connection()
    {
        await AskAsync(_two.Id);
        var raw = await _network.ConnectAsync(TestNode.AddressOf(9), _two.Address, CancellationToken.None);
        var hello = new Handshake(1, 1, ConnectionClass.Requests, HandshakeRefusal.None, _one.ClusterId, TestNode.IdOf(9), new Epoch(1), Now(), 0);
        await hello.SendAsync(raw.Output, CancellationToken.None);
        Assert.Equal(HandshakeRefusal.None, (await Handshake.ReceiveAsync(raw.Input, CancellationToken.None)).Refusal);
        var frame = PeerFrameTests.Encode(new PeerFrameHeader(PeerFrameKind.Request, (byte)Verb.Read, 1, new Epoch(1), 0, 1_000), "x"u8);
        frame[^1] ^= 1;
        await raw.Output.WriteAsync(frame);
        var end = await raw.Input.ReadAsync();
        Assert.True(end.IsCanceled || end.IsCompleted);
        Assert.True(end.Buffer.IsEmpty);

        // The connection ends before whoever read it has counted why.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_two.Messenger.Counters.MalformedFrames == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(1, _two.Messenger.Counters.MalformedFrames);
        Assert.Equal(ReplyStatus.Ok, await AskAsync(_two.Id));
    }

    [Fact]
    public async Task A_stranger_and_a_silent_connection_are_closed()
    {
        var stranger = await _network.ConnectAsync(TestNode.AddressOf(9), _two.Address, CancellationToken.None);
        await stranger.Output.WriteAsync("GET / HTTP/1.1\r\n"u8.ToArray());
        Assert.True((await stranger.Input.ReadAsync()).IsCanceled);

        var silent = await _network.ConnectAsync(TestNode.AddressOf(9), _two.Address, CancellationToken.None);
        var end = silent.Input.ReadAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(((PipeConnection)silent).IsAborted);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await end).IsCanceled);
    }

    [Fact]
    public async Task Disposing_answers_everything_that_still_waits()
    {
        var waiter = new Waiter(2);
        await AskAsync(_two.Id);
        _one.Messenger.Send(_two.Id, Verb.Mutate, [], Second, waiter, 0);
        _one.Messenger.Send(_one.Id, Verb.Mutate, [], Second, waiter, 1);
        await _one.Messenger.DisposeAsync();
        Assert.Equal(ReplyStatus.Lost, (await waiter.ReplyAsync(0)).Status);
        Assert.Equal(ReplyStatus.Lost, (await waiter.ReplyAsync(1)).Status);
    }

    private long Now() => _time.Microseconds();

    private async Task<ReplyStatus> AskAsync(NodeId target, Verb verb = Verb.Read)
    {
        var waiter = new Waiter();
        _one.Messenger.Send(target, verb, "x"u8, Second, waiter, 0);
        return (await waiter.ReplyAsync()).Status;
    }

    /// <summary>Holds up the thread that brings answers.</summary>
    private sealed class HoldUp : IReplySink, IDisposable
    {
        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim LetGo { get; } = new();

        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            Reached.Set();
            LetGo.Wait();
        }

        public void Dispose()
        {
            Reached.Dispose();
            LetGo.Dispose();
        }
    }

    private sealed class Releasing(Waiter waiter, SemaphoreSlim limit) : IReplySink
    {
        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            limit.Release();
            waiter.OnReply(slot, status, body);
        }
    }
}
