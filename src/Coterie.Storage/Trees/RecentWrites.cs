using System.Numerics;

namespace Coterie.Storage.Trees;

/// <summary>
/// Which keys were written a moment ago: for at least the given time, for at most twice as long. What replicas have not all got yet is in here,
/// and what differs in it is looked at once more before it is sent. Its owner holds a lock.
/// </summary>
/// <remarks>
/// One bit a key, found by the key's hash: every write comes by here, and a bit is one access to memory where a set of keys is several, and copies of
/// itself as it grows. A key may share its bit with another and then counts as recent though it is not, until the period has passed: at most one in
/// eight does, since a period with more keys than it was made for counts every key as recent. Nothing is lost by it: it only waits a little longer.
/// </remarks>
internal sealed class RecentWrites
{
    private const int BitsPerKey = 8;

    private readonly TimeProvider _time;
    private readonly TimeSpan _window;
    private readonly int _max;
    private Period _current;
    private Period _previous;
    private long _turned;

    /// <param name="max">Keys of one period.</param>
    public RecentWrites(TimeProvider time, TimeSpan window, int max)
    {
        _time = time;
        _window = window;
        _max = max;
        _turned = time.GetTimestamp();
        var words = (int)(BitOperations.RoundUpToPowerOf2((uint)max * BitsPerKey) / 64);
        _current = new Period(words);
        _previous = new Period(words);
    }

    public void Add(ulong keyHash) => _current.Add(keyHash);

    public bool Contains(ulong keyHash) => _current.Contains(keyHash, _max) || _previous.Contains(keyHash, _max);

    /// <summary>Called now and then, at least once in a while before <see cref="Contains"/> is believed. True if a period has ended.</summary>
    public bool Turn()
    {
        var elapsed = _time.GetElapsedTime(_turned);
        if (elapsed < _window)
        {
            return false;
        }

        (_current, _previous) = (_previous, _current);
        _current.Clear();
        if (elapsed >= 2 * _window)
        {
            _previous.Clear();
        }

        _turned = _time.GetTimestamp();
        return true;
    }

    private sealed class Period(int words)
    {
        private readonly ulong[] _bits = new ulong[words];
        private int _set;

        public void Add(ulong keyHash)
        {
            ref var word = ref _bits[Word(keyHash)];
            var bit = Bit(keyHash);
            _set += (word & bit) == 0 ? 1 : 0;
            word |= bit;
        }

        public bool Contains(ulong keyHash, int max) => _set > max || (_bits[Word(keyHash)] & Bit(keyHash)) != 0;

        public void Clear()
        {
            if (_set > 0)
            {
                Array.Clear(_bits);
                _set = 0;
            }
        }

        // The lowest bits tell which keys start a leaf: others are taken.
        private int Word(ulong keyHash) => (int)((keyHash >> 32) & (ulong)(_bits.Length - 1));

        private static ulong Bit(ulong keyHash) => 1UL << (int)((keyHash >> 16) & 63);
    }
}
