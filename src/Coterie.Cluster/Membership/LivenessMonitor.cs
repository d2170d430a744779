using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Time;

namespace Coterie.Cluster.Membership;

/// <summary>
/// The shell around failure detection: sends heartbeats to all members, looks at suspicion a few times a second, tells who listens.
/// Also carries the hybrid clock between nodes: each heartbeat and each answer has its sender's.
/// </summary>
/// <remarks>
/// The members follow the metadata. Changes are told in the order in which they happened, one at a time, under no lock: a listener may ask
/// anything here. Register it for <see cref="Verb.Heartbeat"/>.
/// </remarks>
public sealed class LivenessMonitor : ILiveness, IRequestHandler, IAsyncDisposable
{
    private readonly LivenessParts _parts;
    private readonly long _start;
    private readonly Lock _lock = new();
    private readonly Queue<(NodeId Node, bool Alive)> _untold = [];
    private readonly TaskCompletionSource _firstRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private Peer[] _peers = [];
    private bool _telling;
    private TimeSpan _lastPass;
    private volatile bool _stopped;

    public LivenessMonitor(LivenessParts parts)
    {
        _parts = parts;
        _start = parts.Time.GetTimestamp();
        _timer = parts.Time.CreateTimer(static state => ((LivenessMonitor)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public event Action<NodeId, bool>? Changed;

    internal TimeSpan Now => _parts.Time.GetElapsedTime(_start);

    public void Start()
    {
        _parts.Metadata.Changed += OnMetadata;
        _parts.Links.LinkLost += OnLink;
        _parts.Links.PeerGreeted += OnLink;
        Follow(_parts.Metadata.Current);
        _lastPass = Now;
        OnTimer();
    }

    public bool IsAlive(NodeId node)
    {
        if (node == _parts.Self)
        {
            return true;
        }

        return Find(node) is { IsAlive: true };
    }

    /// <summary>Completes when the first heartbeat to every member has been answered or has failed: opinions are worth something from then on.</summary>
    public async Task FirstRoundAsync(CancellationToken cancellationToken)
    {
        // Awaited, not given to WaitAsync: a source that continues asynchronously hands combinators to the thread pool.
        using var cancelled = cancellationToken.Register(() => _firstRound.TrySetCanceled(cancellationToken));
        await _firstRound.Task;
    }

    public IReadOnlyList<PeerHealth> Snapshot()
    {
        var now = Now;
        return Array.ConvertAll(Volatile.Read(ref _peers), peer => peer.Snapshot(now));
    }

    /// <summary>A peer's heartbeat: answered with this node's clock. It does not make the peer alive, but is a reason to ask it.</summary>
    public void Handle(in Request request)
    {
        Observe(HeartbeatBody.Read(request.Body));
        Span<byte> body = stackalloc byte[HeartbeatBody.Bytes];
        HeartbeatBody.Write(body, _parts.Clock.Latest);
        request.Reply.Send(ReplyStatus.Ok, body);
    }

    public async ValueTask DisposeAsync()
    {
        _parts.Metadata.Changed -= OnMetadata;
        _parts.Links.LinkLost -= OnLink;
        _parts.Links.PeerGreeted -= OnLink;
        _stopped = true;
        await _timer.DisposeAsync();
        _firstRound.TrySetResult();
    }

    internal void Observe(WriteTimestamp other) => _parts.Clock.Observe(other);

    /// <summary>What follows from an answer, decided under the peer's lock and done outside it.</summary>
    internal void After(Peer peer, bool revived, bool convicted, bool again)
    {
        if (revived)
        {
            LivenessLog.Alive(_parts.Logger, peer.Id);
            Tell(peer.Id, true);
        }
        else if (convicted)
        {
            LivenessLog.Dead(_parts.Logger, peer.Id, "it cannot be reached");
            Tell(peer.Id, false);
        }

        if (!_firstRound.Task.IsCompleted && Array.TrueForAll(Volatile.Read(ref _peers), static other => other.HeardOfOnce))
        {
            _firstRound.TrySetResult();
        }

        if (again && !_stopped)
        {
            SendHeartbeat(peer);
        }
    }

    /// <summary>One pass; the next is a check interval after its end, so passes never overlap.</summary>
    private void OnTimer()
    {
        var now = Now;
        Pass(now, now - _lastPass);
        _lastPass = now;
        if (!_stopped)
        {
            _timer.Change(_parts.Options.CheckInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Pass(TimeSpan now, TimeSpan elapsed)
    {
        var peers = Volatile.Read(ref _peers);
        if (elapsed > _parts.Options.OwnPauseMin)
        {
            LivenessLog.OwnPause(_parts.Logger, elapsed);
            Array.ForEach(peers, peer => peer.Forgive(elapsed));
        }

        foreach (var peer in peers)
        {
            if (peer.Check(now, out var abort))
            {
                LivenessLog.Dead(_parts.Logger, peer.Id, "it does not answer");
                Tell(peer.Id, false);
            }

            if (abort)
            {
                _parts.Links.Abort(peer.Id);
            }

            if (now >= peer.NextHeartbeat)
            {
                peer.NextHeartbeat = now + (_parts.Options.HeartbeatInterval * (0.9 + (0.2 * _parts.Random.NextDouble())));
                SendHeartbeat(peer);
            }
        }
    }

    private void SendHeartbeat(Peer peer)
    {
        Span<byte> body = stackalloc byte[HeartbeatBody.Bytes];
        HeartbeatBody.Write(body, _parts.Clock.Latest);
        var slot = unchecked((int)Now.TotalMilliseconds);
        _parts.Messenger.Send(peer.Id, Verb.Heartbeat, body, _parts.Options.HeartbeatTimeout, peer, slot);
    }

    /// <summary>A connection was lost or has come: find out now rather than at the next heartbeat.</summary>
    private void OnLink(NodeId node)
    {
        if (Find(node) is { } peer && !_stopped)
        {
            SendHeartbeat(peer);
        }
    }

    private void OnMetadata(ClusterMetadata before, ClusterMetadata after)
    {
        if (!ReferenceEquals(before.Nodes, after.Nodes))
        {
            Follow(after);
        }
    }

    private void Follow(ClusterMetadata metadata)
    {
        lock (_lock)
        {
            var peers = new List<Peer>();
            foreach (var node in metadata.Nodes.Keys)
            {
                if (node != _parts.Self)
                {
                    peers.Add(Find(node) ?? new Peer(this, node, _parts.Options));
                }
            }

            Volatile.Write(ref _peers, peers.ToArray());
            if (metadata.IsFormed && peers.Count == 0)
            {
                _firstRound.TrySetResult();
            }
        }
    }

    private Peer? Find(NodeId node)
    {
        foreach (var peer in Volatile.Read(ref _peers))
        {
            if (peer.Id == node)
            {
                return peer;
            }
        }

        return null;
    }

    /// <summary>Whoever finds nobody telling tells all that has gathered; so the order holds, and no lock is held meanwhile.</summary>
    private void Tell(NodeId node, bool alive)
    {
        lock (_lock)
        {
            _untold.Enqueue((node, alive));
            if (_telling)
            {
                return;
            }

            _telling = true;
        }

        while (NextUntold(out var change))
        {
            try
            {
                Changed?.Invoke(change.Node, change.Alive);
            }
            catch (Exception exception) when (exception is not BrokenInvariantException)
            {
                LivenessLog.ListenerFailed(_parts.Logger, exception);
            }
        }
    }

    private bool NextUntold(out (NodeId Node, bool Alive) change)
    {
        lock (_lock)
        {
            _telling = _untold.TryDequeue(out change);
            return _telling;
        }
    }
}
