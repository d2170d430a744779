namespace Coterie.Raft;

/// <summary>How long a member has heard nothing of a leader, and when it will want to be leader itself: each time after another number of ticks, so that few begin at once (Raft §5.2).</summary>
internal sealed class ElectionTimer(RaftOptions options, Random random)
{
    private int _ticks;
    private int _timeout;

    /// <summary>It is too early to doubt the leader that was heard of last.</summary>
    public bool IsFresh => _ticks < options.ElectionTicks;

    public void Restart()
    {
        _ticks = 0;
        _timeout = options.ElectionTicks + random.Next(options.ElectionTicks);
    }

    /// <summary>True: long enough.</summary>
    public bool Tick() => ++_ticks >= _timeout;

    /// <summary>The leader is believed to be gone: an election within a few ticks.</summary>
    public void Hurry()
    {
        _ticks = Math.Max(_ticks, options.ElectionTicks);
        _timeout = _ticks + 1 + random.Next(options.SuspicionTicks);
    }
}
