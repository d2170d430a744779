namespace Coterie.Raft;

/// <summary>A read that may be answered once entries up to <see cref="Index"/> have been applied.</summary>
public readonly record struct ConfirmedRead(long Id, long Index);

/// <summary>
/// Linearizable reads without a write (Ongaro's thesis §6.4): a read waits until a majority has answered a heartbeat that was sent after it came. Then
/// nobody else can have been leader when it came, and what was committed then is all that it must see. Reads that come while a round is under way
/// share the next one.
/// </summary>
internal sealed class ReadRounds(int self, RaftLog log, RaftRules rules)
{
    private List<long> _waiting = [];
    private List<long> _asked = [];
    private long _index;
    private ulong _answered;

    /// <summary>The number of the last round; 0: there was none.</summary>
    public long Round { get; private set; }

    public int Count => _waiting.Count + _asked.Count;

    private bool IsUnderWay => _asked.Count > 0;

    public void Add(long id) => _waiting.Add(id);

    /// <summary>Begins the next round if reads wait and none is under way. True: heartbeats with its number are to be sent.</summary>
    /// <param name="committed">What the reads of this round must see.</param>
    public bool TryBegin(long committed)
    {
        if (IsUnderWay || _waiting.Count == 0)
        {
            return false;
        }

        (_asked, _waiting) = (_waiting, _asked);
        _index = committed;
        _answered = 1UL << self;
        Round++;
        return true;
    }

    /// <summary>Members that answered a heartbeat of an earlier round say nothing about this one.</summary>
    public void Answered(int member, long round)
    {
        if (round == Round || !rules.ReadsCountTheirRoundOnly)
        {
            _answered |= 1UL << member;
        }
    }

    public void TakeConfirmed(List<ConfirmedRead> confirmed)
    {
        if (IsUnderWay && (log.Membership.IsMajority(_answered) || !rules.ReadsAskMajority))
        {
            foreach (var id in _asked)
            {
                confirmed.Add(new ConfirmedRead(id, _index));
            }

            _asked.Clear();
        }
    }

    /// <summary>Leadership is lost: none of them will be confirmed.</summary>
    public IEnumerable<long> All() => _asked.Concat(_waiting);
}
