using System.Net;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// The way to one peer for one class of messages, for as long as this node runs: at most one session at a time, and a growing pause after
/// attempts that failed. It connects when there is something to send, not before.
/// </summary>
internal sealed class PeerLink(TransportContext context, ConnectionClass connectionClass, NodeId? expected, IPEndPoint remote, HeldRequests held)
{
    private readonly Lock _lock = new();
    private PeerSession? _session;
    private Task _running = Task.CompletedTask;
    private IPEndPoint _remote = remote;
    private int _failures;
    private long _notBefore = long.MinValue;
    private HandshakeRefusal _lastRefusal;
    private bool _stopped;

    public ConnectionClass Class => connectionClass;

    /// <summary>Who must be there; null: whoever listens at the address.</summary>
    public NodeId? Expected => expected;

    public PeerSession? Session => Volatile.Read(ref _session);

    public IPEndPoint Remote => Volatile.Read(ref _remote);

    public int Failures => Volatile.Read(ref _failures);

    /// <summary>After an established connection has been lost and its requests have been answered.</summary>
    public event Action<PeerLink, PeerSession>? Lost;

    public void Send(Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout, IReplySink sink, int slot, long now)
    {
        var session = Volatile.Read(ref _session) ?? Start(now);
        if (session is null)
        {
            context.AnswerHere(sink, slot, ReplyStatus.Unreachable);
            return;
        }

        session.Send(verb, body, timeout, sink, slot, now);
    }

    /// <summary>The peer has moved: what is open goes to the old address and is ended.</summary>
    public void MoveTo(IPEndPoint address)
    {
        if (Remote.Equals(address))
        {
            return;
        }

        Volatile.Write(ref _remote, address);
        Forgive();
        Session?.Abort();
    }

    /// <summary>There is reason to believe that the peer is back: the next request need not wait out the pause.</summary>
    public void Forgive()
    {
        lock (_lock)
        {
            _notBefore = long.MinValue;
            _failures = 0;
        }
    }

    public async Task StopAsync()
    {
        Task running;
        lock (_lock)
        {
            _stopped = true;
            running = _running;
        }

        Session?.Abort();
        await running;
    }

    public void Established(PeerSession session)
    {
        lock (_lock)
        {
            _failures = 0;
            _notBefore = long.MinValue;
            _lastRefusal = HandshakeRefusal.None;
        }

        TransportLog.Connected(context.Logger, session.Peer, session.Remote, connectionClass, session.Skew);
    }

    /// <summary>Said once for each reason, not at every attempt.</summary>
    public void Refused(HandshakeRefusal refusal, string side, in Handshake theirs, TimeSpan skew)
    {
        context.Counters.Refused();
        lock (_lock)
        {
            if (_lastRefusal == refusal)
            {
                return;
            }

            _lastRefusal = refusal;
        }

        TransportLog.Refused(context.Logger, Remote, refusal, side, theirs.NodeId, theirs.ClusterId, skew);
    }

    public void Ended(PeerSession session, HandshakeRefusal refusal, string reason)
    {
        bool first;
        lock (_lock)
        {
            _session = null;
            first = _failures == 0;
            if (!session.IsEstablished)
            {
                _failures++;
                _notBefore = context.Clock.After(context.Clock.Now, context.ReconnectPause(_failures));
            }
        }

        if (session.IsEstablished)
        {
            context.Counters.ConnectionLost();
            TransportLog.ConnectionEnded(context.Logger, connectionClass, session.Remote, reason);
        }
        else if (refusal is HandshakeRefusal.None or HandshakeRefusal.Malformed)
        {
            context.Counters.ConnectFailed();
            if (first)
            {
                TransportLog.ConnectFailed(context.Logger, connectionClass, session.Remote, reason);
            }
        }
    }

    public void EndedAndAnswered(PeerSession session)
    {
        if (session.IsEstablished)
        {
            Lost?.Invoke(this, session);
        }
    }

    private PeerSession? Start(long now)
    {
        PeerSession session;
        lock (_lock)
        {
            if (_session is not null || _stopped || now < _notBefore)
            {
                return _session;
            }

            session = new PeerSession(context, this, _remote, held);
            _session = session;
        }

        // Outside the lock: an attempt that fails at once ends here and now, and takes the lock itself.
        var running = session.RunAsync();
        lock (_lock)
        {
            if (!running.IsCompleted)
            {
                _running = running;
            }
        }

        return session;
    }
}
