namespace Coterie.Raft;

/// <summary>How the leader sends entries to a follower.</summary>
internal enum ProgressState : byte
{
    /// <summary>Where its log ends is not known: one message at a time.</summary>
    Probe,

    /// <summary>Known: the next message goes before the last is answered.</summary>
    Stream,

    /// <summary>What it lacks is not in the log any more; it fetches the state.</summary>
    Snapshot,
}

/// <summary>What the leader knows of one follower (Raft figure 2, volatile state on leaders), and how much is on its way there.</summary>
internal sealed class FollowerProgress(long next)
{
    private const int HeartbeatsUntilLost = 3;

    private long _matchAtHeartbeat = -1;
    private int _heartbeatsWithoutProgress;

    public ProgressState State { get; private set; }

    /// <summary>The follower's log, on its disk, is the leader's up to here.</summary>
    public long Match { get; private set; }

    /// <summary>The first entry to send.</summary>
    public long Next { get; private set; } = next;

    /// <summary>Messages with entries that have not been answered.</summary>
    public int InFlight { get; private set; }

    /// <summary>Heard of since the leader last counted who is there.</summary>
    public bool IsActive { get; set; }

    /// <summary>It may have forgotten what it promised, and counts for nothing.</summary>
    public bool IsPassive { get; set; }

    public bool CanSend(int inFlightMax) => State switch
    {
        ProgressState.Probe => InFlight == 0,
        ProgressState.Stream => InFlight < inFlightMax,
        _ => false,
    };

    public void Sent(int entries)
    {
        InFlight++;
        if (State == ProgressState.Stream)
        {
            Next += entries;
        }
    }

    public void Accepted(long match)
    {
        InFlight = Math.Max(0, InFlight - 1);
        Match = Math.Max(Match, match);
        Next = Math.Max(Next, Match + 1);
        if (State == ProgressState.Probe || (State == ProgressState.Snapshot && match >= Next - 1))
        {
            State = ProgressState.Stream;
            InFlight = 0;
        }
    }

    /// <summary>The entry before those that were sent is not there. False: an old answer.</summary>
    public bool Refused(long refused, long tryBehind)
    {
        if (State == ProgressState.Snapshot || (refused <= Match && !IsPassive))
        {
            return false;
        }

        if (IsPassive)
        {
            // What it once had it may have lost.
            Match = 0;
        }

        State = ProgressState.Probe;
        InFlight = 0;
        Next = Math.Max(Match + 1, Math.Min(refused, tryBehind + 1));
        return true;
    }

    /// <summary>
    /// It answers heartbeats. If it has taken nothing for several of them although entries were sent, they are lost: a broken connection takes with it what was on its way.
    /// </summary>
    public void HeardHeartbeat()
    {
        // Answers that come twice are counted twice: what is on its way says less than what has not been taken.
        var isWaiting = State != ProgressState.Snapshot && (InFlight > 0 || Match + 1 < Next);
        _heartbeatsWithoutProgress = isWaiting && Match == _matchAtHeartbeat ? _heartbeatsWithoutProgress + 1 : 0;
        _matchAtHeartbeat = Match;
        if (_heartbeatsWithoutProgress >= HeartbeatsUntilLost)
        {
            _heartbeatsWithoutProgress = 0;
            ProbeAgain();
        }
    }

    /// <summary>Its disk was lost: what it had before is gone.</summary>
    public void Forget()
    {
        IsPassive = true;
        Match = 0;
        ProbeAgain();
    }

    public void AwaitSnapshot(long index)
    {
        State = ProgressState.Snapshot;
        Next = index + 1;
        InFlight = 0;
    }

    /// <summary>Find out anew where it stands.</summary>
    public void ProbeAgain()
    {
        State = ProgressState.Probe;
        InFlight = 0;
        Next = Match + 1;
    }
}
