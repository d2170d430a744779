namespace Coterie.Cluster.Membership;

/// <summary>What to do about a peer that could not be reached.</summary>
public enum UnreachableAdvice
{
    /// <summary>Nothing: the opinion has not changed.</summary>
    None,

    /// <summary>The connection may only have been reset: try once more, now.</summary>
    TryAgain,

    /// <summary>It is now held to be dead.</summary>
    Convicted,
}

/// <summary>
/// This node's opinion of one peer: pure, fed with what became of the heartbeats sent to it. Only <em>answers</em> to our heartbeats are
/// evidence of life. What the peer sends by itself is not: in a one-way cut it still arrives, and a node that cannot be asked is of no use
/// to a coordinator. So either direction being cut convicts, and it does so on both sides.
/// </summary>
/// <remarks>
/// Two ways to be convicted: silence (phi), and a connection that is refused twice at once (a killed process is known dead in milliseconds).
/// Back to life: one answer if nothing was ever known, else several in a row.
/// A peer of which nothing was ever heard is not alive: a write must not wait for it.
/// </remarks>
public sealed class PeerOpinion(FailureDetectionOptions options)
{
    private readonly PhiAccrualDetector _detector = new(options);
    private int _answersInARow;
    private int _unreachableInARow;
    private int _triedAgainAt;
    private TimeSpan _lastAbort;

    public bool IsAlive { get; private set; }

    public double Phi(TimeSpan now) => _detector.Phi(now);

    public TimeSpan Silence(TimeSpan now) => _detector.Silence(now);

    /// <summary>A heartbeat was answered. True: the peer is now alive and was not.</summary>
    public bool Answered(TimeSpan now)
    {
        var needed = _detector.HasHeard ? options.AnswersToRevive : 1;
        _detector.Heartbeat(now);
        _unreachableInARow = 0;
        _answersInARow++;
        if (IsAlive || _answersInARow < needed)
        {
            return false;
        }

        IsAlive = true;
        return true;
    }

    /// <summary>A heartbeat was given up. Phi says what that means; only the row of answers is broken.</summary>
    public void Missed() => _answersInARow = 0;

    /// <summary>
    /// There is no connection, and none could be made; or the one there was broke under the heartbeat. Both times are milliseconds of one
    /// clock, modulo 2^32. A connection that breaks takes all the heartbeats in flight on it with it: that is one event, so only one that was
    /// sent after it counts as the second.
    /// </summary>
    public UnreachableAdvice Unreachable(int sentAt, int now)
    {
        _answersInARow = 0;
        if (!IsAlive || (_unreachableInARow > 0 && unchecked(sentAt - _triedAgainAt) < 0))
        {
            return UnreachableAdvice.None;
        }

        _unreachableInARow++;
        if (_unreachableInARow == 1)
        {
            _triedAgainAt = now;
            return UnreachableAdvice.TryAgain;
        }

        IsAlive = false;
        _unreachableInARow = 0;
        return UnreachableAdvice.Convicted;
    }

    /// <summary>Time has passed. True: the peer has been silent for too long, and is now held to be dead.</summary>
    public bool Convicts(TimeSpan now)
    {
        if (!IsAlive || _detector.Phi(now) < options.PhiThreshold)
        {
            return false;
        }

        IsAlive = false;
        _answersInARow = 0;
        return true;
    }

    /// <summary>True from time to time while a peer that once answered is silent: its connections may be half open, and should be made anew.</summary>
    public bool WantsNewConnection(TimeSpan now)
    {
        if (IsAlive || _detector.Silence(now) < options.AbortAfter || now - _lastAbort < options.AbortAfter)
        {
            return false;
        }

        _lastAbort = now;
        return true;
    }

    public void Forgive(TimeSpan pause) => _detector.Forgive(pause);
}
