namespace Coterie.Raft;

/// <summary>Who is in the group as of each place in a log: what holds is the latest in the log, whether it is committed or not (Ongaro's thesis §4.1).</summary>
internal sealed class MembershipHistory(long before, Membership first)
{
    // The first is as of where the log begins.
    private readonly List<(long Index, Membership Membership)> _all = [(before, first)];

    public Membership Latest => _all[^1].Membership;

    /// <summary>Of the entry that made it so, or of the one that the log begins behind.</summary>
    public long LatestIndex => _all[^1].Index;

    /// <summary>What held before the latest; null: that is not known here any more.</summary>
    public Membership? Previous => _all.Count > 1 ? _all[^2].Membership : null;

    public Membership At(long index) => _all[LastNotBehind(index)].Membership;

    public void Appended(RaftEntry entry)
    {
        if (entry.Kind == RaftEntryKind.Membership)
        {
            _all.Add((entry.Index, Membership.Decode(entry.Payload.Span)));
        }
    }

    /// <summary>Entries from the index on have given way.</summary>
    public void CutFrom(long index)
    {
        while (_all.Count > 1 && LatestIndex >= index)
        {
            _all.RemoveAt(_all.Count - 1);
        }
    }

    /// <summary>The log begins behind the index.</summary>
    public void DropUpTo(long index)
    {
        var at = LastNotBehind(index);
        _all.RemoveRange(0, at);
        _all[0] = (index, _all[0].Membership);
    }

    /// <summary>The log begins anew behind the index, as of which this held.</summary>
    public void Restart(long index, Membership membership)
    {
        _all.Clear();
        _all.Add((index, membership));
    }

    private int LastNotBehind(long index)
    {
        var at = _all.Count - 1;
        while (at > 0 && _all[at].Index > index)
        {
            at--;
        }

        return at;
    }
}
