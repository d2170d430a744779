using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Tests.Transport;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Cluster.Tests.Membership;

/// <summary>Two or three monitors whose heartbeats go through a table of delays and cuts that the test sets, in virtual time.</summary>
public sealed class LivenessMonitorTests
{
    private static readonly NodeId One = TestNode.IdOf(1);
    private static readonly NodeId Two = TestNode.IdOf(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Peers_are_dead_until_they_answer_and_a_node_itself_is_alive()
    {
        await using var wire = new Wire();
        wire.Cut(One, Two);
        Assert.True(wire.Of(One).IsAlive(One));
        Assert.False(wire.Of(One).IsAlive(Two));
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(5));
        Assert.False(wire.Of(One).IsAlive(Two));
        Assert.False(wire.Of(One).IsAlive(TestNode.IdOf(9)));
        wire.Heal();
        wire.Run(TimeSpan.FromSeconds(1));
        Assert.True(wire.Of(One).IsAlive(Two));
        Assert.True(wire.Of(Two).IsAlive(One));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Jitter_up_to_a_second_makes_nobody_flap(int seed)
    {
        await using var wire = new Wire();
        var random = new Random(seed);
        wire.Delay = () => TimeSpan.FromMilliseconds(random.Next(0, random.Next(10) == 0 ? 1_000 : 200));
        wire.Start();
        wire.Run(TimeSpan.FromMinutes(10));
        Assert.Equal([$"{One} {Two} alive", $"{Two} {One} alive"], wire.Changes.Order());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task A_cut_in_one_direction_is_noticed_on_both_sides_within_three_seconds(int from, int to)
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(30));
        Assert.True(wire.Of(One).IsAlive(Two));
        wire.Cut(TestNode.IdOf(from), TestNode.IdOf(to));
        wire.Run(TimeSpan.FromSeconds(1.5));
        Assert.True(wire.Of(One).IsAlive(Two));
        wire.Run(TimeSpan.FromSeconds(1.5));
        Assert.False(wire.Of(One).IsAlive(Two));
        Assert.False(wire.Of(Two).IsAlive(One));
        wire.Run(TimeSpan.FromMinutes(5));
        wire.Heal();
        wire.Run(TimeSpan.FromSeconds(1));
        Assert.True(wire.Of(One).IsAlive(Two));
        Assert.True(wire.Of(Two).IsAlive(One));
        Assert.Equal(6, wire.Changes.Count);
    }

    [Fact]
    public async Task A_lost_connection_that_cannot_be_made_again_convicts_at_once()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(5));
        wire.Kill(Two);
        wire.Lose(One, Two);
        Assert.False(wire.Of(One).IsAlive(Two));
        Assert.Contains($"{One} {Two} dead", wire.Changes);
    }

    [Fact]
    public async Task A_lost_connection_that_is_made_again_convicts_nobody()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(5));
        wire.Lose(One, Two);
        wire.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(2, wire.Changes.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_under_several_heartbeats_is_one_event_and_convicts_nobody()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(30));

        // Slow for a moment, so that heartbeats gather on the connection; then it is reset, and made again.
        wire.Delay = static () => TimeSpan.FromMilliseconds(1_900);
        wire.Run(TimeSpan.FromMilliseconds(1_400));
        wire.Delay = static () => TimeSpan.FromMilliseconds(1);
        Assert.True(wire.Break(One, Two) > 1);
        wire.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(2, wire.Changes.Count);
    }

    [Fact]
    public async Task A_peer_that_comes_back_is_alive_as_soon_as_it_greets_and_answers()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(5));
        wire.Kill(Two);
        wire.Lose(One, Two);
        wire.Run(TimeSpan.FromSeconds(60));
        wire.Heal();
        wire.Greet(One, Two);
        wire.Run(Step * 4);
        Assert.True(wire.Of(One).IsAlive(Two));
    }

    [Fact]
    public async Task A_node_that_was_stopped_itself_does_not_blame_its_peers()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(10));
        wire.Time.Advance(TimeSpan.FromSeconds(20));
        wire.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(2, wire.Changes.Count);
    }

    [Fact]
    public async Task Silent_connections_are_broken_from_time_to_time()
    {
        await using var wire = new Wire();
        wire.Start();
        wire.Run(TimeSpan.FromSeconds(5));
        wire.Cut(One, Two);
        wire.Run(TimeSpan.FromSeconds(16));
        Assert.InRange(wire.Aborts(One), 2, 3);
    }

    [Fact]
    public async Task Heartbeats_carry_the_hybrid_clock()
    {
        await using var wire = new Wire();
        var ahead = wire.Time.GetUtcNow().AddMilliseconds(800);
        var stamp = new WriteTimestamp(ahead.Microseconds());
        wire.ClockOf(Two).Observe(stamp);
        wire.Start();
        wire.Run(TimeSpan.FromMilliseconds(100));
        Assert.True(wire.ClockOf(One).Latest.Microseconds >= stamp.Microseconds);
    }

    [Fact]
    public async Task The_first_round_is_over_when_every_peer_has_answered_or_failed()
    {
        await using var wire = new Wire();
        wire.Kill(Two);
        wire.Start();
        await wire.Of(One).FirstRoundAsync(CancellationToken.None);
        Assert.False(wire.Of(One).IsAlive(Two));
    }

    private sealed class Wire : IAsyncDisposable
    {
        private readonly SortedDictionary<NodeId, Side> _sides = [];
        private readonly HashSet<(NodeId, NodeId)> _cuts = [];
        private readonly HashSet<NodeId> _killed = [];
        private readonly List<(NodeId From, NodeId To, Once Sink, int Slot)> _inFlight = [];
        private readonly PriorityQueue<Action, (TimeSpan Due, int Sequence)> _queue = new();
        private int _sequence;
        private TimeSpan _now;

        public Wire()
        {
            foreach (var node in new[] { One, Two })
            {
                _sides[node] = new Side(this, node);
            }
        }

        public FakeTimeProvider Time { get; } = new();

        public Func<TimeSpan> Delay { get; set; } = static () => TimeSpan.FromMilliseconds(1);

        public List<string> Changes { get; } = [];

        public LivenessMonitor Of(NodeId node) => _sides[node].Monitor;

        public HybridClock ClockOf(NodeId node) => _sides[node].Clock;

        public int Aborts(NodeId node) => _sides[node].Aborts;

        public void Start()
        {
            foreach (var side in _sides.Values)
            {
                side.Monitor.Changed += (peer, alive) => Changes.Add($"{side.Self} {peer} {(alive ? "alive" : "dead")}");
                side.Monitor.Start();
            }
        }

        public void Cut(NodeId from, NodeId to) => _cuts.Add((from, to));

        public void Kill(NodeId node) => _killed.Add(node);

        public void Heal()
        {
            _cuts.Clear();
            _killed.Clear();
        }

        public void Lose(NodeId at, NodeId peer) => _sides[at].RaiseLost(peer);

        /// <summary>Resets the connection: all that is in flight on it is unreachable, and the next request connects anew. Returns how much was.</summary>
        public int Break(NodeId at, NodeId peer)
        {
            var broken = _inFlight.FindAll(request => request.From == at && request.To == peer && !request.Sink.IsDone);
            _inFlight.Clear();
            foreach (var request in broken)
            {
                request.Sink.OnReply(request.Slot, ReplyStatus.Unreachable, []);
            }

            Lose(at, peer);
            return broken.Count;
        }

        public void Greet(NodeId at, NodeId peer) => _sides[at].RaiseGreeted(peer);

        public void Run(TimeSpan span)
        {
            for (var end = _now + span; _now < end;)
            {
                _now += Step;
                Time.Advance(Step);
                while (_queue.TryPeek(out var action, out var at) && at.Due <= _now)
                {
                    _queue.Dequeue();
                    action();
                }
            }
        }

        public void Carry(NodeId from, NodeId to, Action arrival)
        {
            if (!_cuts.Contains((from, to)))
            {
                _queue.Enqueue(arrival, (_now + Delay(), _sequence++));
            }
        }

        public void Send(NodeId from, NodeId to, byte[] body, TimeSpan timeout, IReplySink sink, int slot)
        {
            if (_killed.Contains(to))
            {
                sink.OnReply(slot, ReplyStatus.Unreachable, []);
                return;
            }

            var once = new Once(sink);
            _inFlight.Add((from, to, once, slot));
            _queue.Enqueue(() => once.OnReply(slot, ReplyStatus.Timeout, []), (_now + timeout, _sequence++));
            Carry(from, to, () => _sides[to].Monitor.Handle(new Request(from, Verb.Heartbeat, body, 0, new ReplyTo(new Back(this, from, to, once, slot), 0))));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var side in _sides.Values)
            {
                await side.Monitor.DisposeAsync();
            }
        }
    }

    private sealed class Back(Wire wire, NodeId asker, NodeId answerer, IReplySink sink, int slot) : IReplyChannel
    {
        public void Reply(ulong requestId, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            var copy = body.ToArray();
            wire.Carry(answerer, asker, () => sink.OnReply(slot, status, copy));
        }
    }

    private sealed class Once(IReplySink sink) : IReplySink
    {
        public bool IsDone { get; private set; }

        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            if (!IsDone)
            {
                IsDone = true;
                sink.OnReply(slot, status, body);
            }
        }
    }

    private sealed class Side : IMessenger, IPeerLinks, IMetadataView
    {
        private readonly Wire _wire;

        public Side(Wire wire, NodeId self)
        {
            _wire = wire;
            Self = self;
            Clock = new HybridClock(wire.Time, 0);
            foreach (var node in new[] { 1, 2 })
            {
                var address = TestNode.AddressOf(node);
                var info = new NodeInfo(TestNode.IdOf(node), address, address, address, "dc1", "r1", []);
                Current = Current with { Nodes = Current.Nodes.Add(info.Id, info) };
            }

            Monitor = new LivenessMonitor(new LivenessParts
            {
                Self = self,
                Messenger = this,
                Links = this,
                Metadata = this,
                Clock = Clock,
                Time = wire.Time,
                Random = new Random(1),
                Logger = NullLogger.Instance,
            });
        }

        public event Action<NodeId>? LinkLost;

        public event Action<NodeId>? PeerGreeted;

        public event Action<ClusterMetadata, ClusterMetadata>? Changed
        {
            add { }
            remove { }
        }

        public NodeId Self { get; }

        public HybridClock Clock { get; }

        public LivenessMonitor Monitor { get; }

        public ClusterMetadata Current { get; } = ClusterMetadata.Empty;

        public int Aborts { get; private set; }

        public void Abort(NodeId peer) => Aborts++;

        public void RaiseLost(NodeId peer) => LinkLost?.Invoke(peer);

        public void RaiseGreeted(NodeId peer) => PeerGreeted?.Invoke(peer);

        public void Send(NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) =>
            _wire.Send(Self, target, body.ToArray(), timeout, sink, slot);

        public void SendTo(System.Net.IPEndPoint target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot) =>
            throw new NotSupportedException();
    }
}
