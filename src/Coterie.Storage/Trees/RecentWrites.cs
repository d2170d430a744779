namespace Coterie.Storage.Trees;

/// <summary>
/// Which keys were written a moment ago: for at least the given time, for at most twice as long. What replicas have not all got yet is in here,
/// and is not compared. Its owner holds a lock.
/// </summary>
/// <remarks>
/// Bounded: when one period has more keys than it may hold, every key counts as recent until that period has passed. Nothing is lost
/// by it; what is not compared now is compared later.
/// </remarks>
internal sealed class RecentWrites(TimeProvider time, TimeSpan window, int max)
{
    private HashSet<ulong> _current = [];
    private HashSet<ulong> _previous = [];
    private bool _currentOverflowed;
    private bool _previousOverflowed;
    private long _turned = time.GetTimestamp();

    public void Add(ulong key)
    {
        if (_current.Count < max)
        {
            _current.Add(key);
        }
        else
        {
            _currentOverflowed = true;
        }
    }

    public bool Contains(ulong key) => _currentOverflowed || _previousOverflowed || _current.Contains(key) || _previous.Contains(key);

    /// <summary>Called now and then, at least once in a while before <see cref="Contains"/> is believed. True if a period has ended.</summary>
    public bool Turn()
    {
        var elapsed = time.GetElapsedTime(_turned);
        if (elapsed < window)
        {
            return false;
        }

        (_current, _previous) = (_previous, _current);
        (_currentOverflowed, _previousOverflowed) = (false, _currentOverflowed);
        _current.Clear();
        if (elapsed >= 2 * window)
        {
            _previous.Clear();
            _previousOverflowed = false;
        }

        _turned = time.GetTimestamp();
        return true;
    }
}
