using Coterie.Cluster.Transport;

namespace Coterie.Coordinator.Hints;

/// <summary>
/// Decides the replay of hints to one replica: which is sent next, how many at a time, and what may be forgotten. Pure, and not safe from several
/// threads. One for each replica, used chunk by chunk.
/// </summary>
/// <remarks>
/// Hints are sent in order and forgotten from the head on only, so that what is left is always what stands behind. How many are on their way follows
/// the replica: twice as many after a chunk that it took whole, half as many, and a pause, when it says that it is full or says nothing.
/// A hint that the replica refuses again and again while it takes others is given up, or it would hold up all that stand behind it.
/// </remarks>
internal sealed class ReplayCore(int inFlightMax)
{
    /// <summary>How often a hint may be refused while others are taken.</summary>
    private const int RefusalsMax = 3;

    private readonly SortedDictionary<ulong, int> _refusals = [];
    private IReadOnlyList<ReplayHint> _hints = [];
    private bool[] _done = [];
    private bool[] _refused = [];
    private int _next;
    private bool _anyTaken;

    /// <summary>How many may be on their way at a time.</summary>
    public int Window { get; private set; } = Math.Max(1, inFlightMax / 4);

    public int InFlight { get; private set; }

    /// <summary>The replica did not keep up, or did not answer: nothing more of this chunk is sent, and the next has to wait.</summary>
    public bool IsTroubled { get; private set; }

    public bool IsEnded => InFlight == 0 && (IsTroubled || _next == _hints.Count);

    public void Begin(IReadOnlyList<ReplayHint> hints)
    {
        _hints = hints;
        _done = new bool[hints.Count];
        _refused = new bool[hints.Count];
        _next = 0;
        InFlight = 0;
        IsTroubled = false;
        _anyTaken = false;
    }

    /// <summary>The next hint to send. What is to be dropped counts as done without being sent.</summary>
    public bool TryNext(out int index)
    {
        while (!IsTroubled && _next < _hints.Count && _hints[_next].Drop is not null)
        {
            _done[_next++] = true;
        }

        var may = !IsTroubled && _next < _hints.Count && InFlight < Window;
        index = may ? _next++ : -1;
        InFlight += may ? 1 : 0;
        return may;
    }

    public void OnReply(int index, ReplyStatus status)
    {
        InFlight--;
        switch (status)
        {
            case ReplyStatus.Ok:
                _anyTaken = true;
                _done[index] = true;
                break;
            case ReplyStatus.Stale:
                _done[index] = true;
                break;
            case ReplyStatus.Failed:
                _refused[index] = true;
                break;
            default:
                IsTroubled = true;
                break;
        }
    }

    /// <summary>After the chunk has ended: what may be forgotten.</summary>
    /// <param name="dropped">Hints that are given up because they were refused too often.</param>
    public ReplayEnd End(out int dropped)
    {
        dropped = 0;
        var anyRefused = false;
        for (var i = 0; i < _hints.Count; i++)
        {
            if (_refused[i])
            {
                anyRefused = true;
                dropped += GiveUp(i) ? 1 : 0;
            }
        }

        IsTroubled |= anyRefused && !_anyTaken;
        Window = IsTroubled ? Math.Max(1, Window / 2) : Math.Min(inFlightMax, Window * 2);
        return Forgettable();
    }

    private bool GiveUp(int index)
    {
        var sequence = _hints[index].Sequence;
        if (!_anyTaken)
        {
            return false;
        }

        var refusals = _refusals.GetValueOrDefault(sequence) + 1;
        _refusals[sequence] = refusals;
        _done[index] = refusals >= RefusalsMax;
        return _done[index];
    }

    private ReplayEnd Forgettable()
    {
        var count = 0;
        long bytes = 0;
        while (count < _hints.Count && _done[count])
        {
            bytes += _hints[count].StoredBytes;
            _refusals.Remove(_hints[count].Sequence);
            count++;
        }

        return new ReplayEnd(
            count, bytes, count == 0 ? 0 : _hints[count - 1].Sequence, count < _hints.Count ? _hints[count].Formed : null);
    }
}

/// <summary>A hint about to be replayed.</summary>
/// <param name="StoredBytes">With its key.</param>
/// <param name="Formed">Milliseconds since the Unix epoch.</param>
/// <param name="Drop">Why it is not to be sent.</param>
internal readonly record struct ReplayHint(ulong Sequence, int StoredBytes, long Formed, HintDrop? Drop);

/// <summary>What a chunk came to.</summary>
/// <param name="Count">How many from the head on are done with.</param>
/// <param name="UpTo">The place of the last of them.</param>
/// <param name="OldestLeft">When the first that is left was formed; null: none of this chunk is left.</param>
internal readonly record struct ReplayEnd(int Count, long Bytes, ulong UpTo, long? OldestLeft);
