using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Membership;

/// <summary>
/// One peer of <see cref="LivenessMonitor"/>: its opinion behind a lock, and the place where answers to its heartbeats arrive. The slot of a
/// heartbeat is the millisecond in which it was sent, for the round trip.
/// </summary>
internal sealed class Peer(LivenessMonitor owner, NodeId id, FailureDetectionOptions options) : IReplySink
{
    private readonly Lock _lock = new();
    private readonly PeerOpinion _opinion = new(options);
    private volatile bool _isAlive;
    private TimeSpan? _roundTrip;
    private bool _heardOfOnce;

    public NodeId Id => id;

    /// <summary>Read by every request; written under the lock.</summary>
    public bool IsAlive => _isAlive;

    /// <summary>Used by the loop alone.</summary>
    public TimeSpan NextHeartbeat { get; set; }

    /// <summary>True once the first heartbeat has been answered or has failed.</summary>
    public bool HeardOfOnce
    {
        get
        {
            lock (_lock)
            {
                return _heardOfOnce;
            }
        }
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        var now = owner.Now;
        var answered = status is ReplyStatus.Ok && body.Length >= HeartbeatBody.Bytes;
        if (answered)
        {
            owner.Observe(HeartbeatBody.Read(body));
        }

        bool revived = false, again = false, convicted = false;
        lock (_lock)
        {
            _heardOfOnce = true;
            if (answered)
            {
                revived = _opinion.Answered(now);
                _roundTrip = TimeSpan.FromMilliseconds(unchecked((int)now.TotalMilliseconds - slot));
                again = !_opinion.IsAlive;
            }
            else if (status is ReplyStatus.Unreachable or ReplyStatus.Lost)
            {
                var advice = _opinion.Unreachable(slot, unchecked((int)now.TotalMilliseconds));
                again = advice == UnreachableAdvice.TryAgain;
                convicted = advice == UnreachableAdvice.Convicted;
            }
            else
            {
                _opinion.Missed();
            }

            _isAlive = _opinion.IsAlive;
        }

        owner.After(this, revived, convicted, again);
    }

    /// <summary>True: convicted for its silence.</summary>
    public bool Check(TimeSpan now, out bool abort)
    {
        lock (_lock)
        {
            var convicted = _opinion.Convicts(now);
            abort = _opinion.WantsNewConnection(now);
            _isAlive = _opinion.IsAlive;
            return convicted;
        }
    }

    public void Forgive(TimeSpan pause)
    {
        lock (_lock)
        {
            _opinion.Forgive(pause);
        }
    }

    public PeerHealth Snapshot(TimeSpan now)
    {
        lock (_lock)
        {
            return new PeerHealth(id, _opinion.IsAlive, _opinion.Phi(now), _opinion.Silence(now), _roundTrip);
        }
    }
}
