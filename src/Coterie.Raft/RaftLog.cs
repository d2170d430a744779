using Coterie.Model;

namespace Coterie.Raft;

/// <summary>
/// The log of one member, in memory: the entries since it was last shortened, how far it is durable, and how far committed. The disk follows it
/// (<see cref="Unstable"/>).
/// </summary>
/// <remarks>
/// Invariants: entries have consecutive indexes from <see cref="Before"/> on, and terms that do not fall; <see cref="Committed"/> never falls, and nothing
/// committed is ever replaced; who is in the group is what its latest entry about that says.
/// </remarks>
public sealed class RaftLog
{
    private readonly List<RaftEntry> _entries = [];
    private readonly MembershipHistory _memberships;

    /// <param name="before">The position that the log begins behind.</param>
    /// <param name="membership">Who is in the group as of that position.</param>
    /// <param name="entries">What was durable, in order.</param>
    /// <exception cref="MalformedDataException">The entries do not follow one another.</exception>
    public RaftLog(LogPosition before, Membership membership, IEnumerable<RaftEntry> entries)
    {
        Before = before;
        _memberships = new MembershipHistory(before.Index, membership);
        foreach (var entry in entries)
        {
            if (entry.Index != LastIndex + 1 || entry.Term < Last.Term)
            {
                throw new MalformedDataException($"A log goes on with entry {entry.Position} behind {Last}.");
            }

            _entries.Add(entry);
            _memberships.Appended(entry);
            Bytes += entry.Bytes;
        }

        Stable = LastIndex;
        Committed = before.Index;
        Applied = before.Index;
    }

    /// <summary>The entry before the first one here: the last that was dropped.</summary>
    public LogPosition Before { get; private set; }

    public long FirstIndex => Before.Index + 1;

    public LogPosition Last => _entries.Count == 0 ? Before : _entries[^1].Position;

    public long LastIndex => Before.Index + _entries.Count;

    /// <summary>Entries up to this index are on this member's disk.</summary>
    public long Stable { get; private set; }

    public long Committed { get; private set; }

    /// <summary>Committed entries up to this index have been given out to be applied.</summary>
    public long Applied { get; private set; }

    internal RaftRules Rules { get; init; } = RaftRules.All;

    /// <summary>Of all entries here.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of entries that are not committed, about: as if all were of one size.</summary>
    public long UncommittedBytes => LastIndex == Committed ? 0 : Bytes * (LastIndex - Committed) / Math.Max(1, LastIndex - Before.Index);

    /// <summary>The term of the entry, if it is here or the one before the first.</summary>
    public bool TryTermOf(long index, out long term)
    {
        if (index == Before.Index)
        {
            term = Before.Term;
            return true;
        }

        var isHere = index > Before.Index && index <= LastIndex;
        term = isHere ? this[index].Term : 0;
        return isHere;
    }

    /// <summary>Who is in the group: the latest that the log says, committed or not.</summary>
    public Membership Membership => _memberships.Latest;

    /// <summary>The latest membership is known to be committed.</summary>
    public bool IsMembershipCommitted => _memberships.LatestIndex <= Committed;

    /// <summary>What held before the latest; null: that is not known here any more, and then the latest is committed.</summary>
    public Membership? PreviousMembership => _memberships.Previous;

    /// <summary>Who is in the group as of an entry that is here, or of the one before the first.</summary>
    public Membership MembershipAt(long index) => _memberships.At(index);

    public bool Has(LogPosition position) => TryTermOf(position.Index, out var term) && term == position.Term;

    public RaftEntry this[long index] => _entries[(int)(index - FirstIndex)];

    /// <summary>The leader's own: behind everything.</summary>
    public void Append(RaftEntry entry)
    {
        Check.That(entry.Index == LastIndex + 1 && entry.Term >= Last.Term);
        _entries.Add(entry);
        _memberships.Appended(entry);
        Bytes += entry.Bytes;
    }

    /// <summary>
    /// What a leader sent, behind a position that is here: what is here already stays, and the first entry of another term and all behind it give way (Raft
    /// figure 2, AppendEntries 3 and 4). A message that came late removes nothing.
    /// </summary>
    public void Accept(IReadOnlyList<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            if ((Has(entry.Position) && Rules.KeepsWhatMatches) || entry.Index < FirstIndex || (entry.Index <= LastIndex && !Rules.ReplacesWhatConflicts))
            {
                continue;
            }

            if (entry.Index <= LastIndex)
            {
                CutFrom(entry.Index);
            }

            Append(entry);
        }
    }

    /// <summary>Entries from the index on, up to a limit of bytes but at least one.</summary>
    public List<RaftEntry> From(long index, long lastIndex, int bytesMax)
    {
        var found = new List<RaftEntry>((int)Math.Clamp(lastIndex - index + 1, 0, 16));
        var bytes = 0L;
        for (var i = index; i <= lastIndex; i++)
        {
            var entry = this[i];
            bytes += entry.Bytes;
            if (found.Count > 0 && bytes > bytesMax)
            {
                break;
            }

            found.Add(entry);
        }

        return found;
    }

    /// <summary>Entries that are not on the disk yet. What the disk has at and behind the first of them gives way to them.</summary>
    public List<RaftEntry> Unstable() => From(Stable + 1, LastIndex, int.MaxValue);

    /// <summary>The disk has everything up to this position, unless it was replaced meanwhile.</summary>
    public void SetStable(LogPosition position)
    {
        if (position.Index > Stable && Has(position))
        {
            Stable = position.Index;
        }
    }

    public void Commit(long index)
    {
        Check.That(index <= LastIndex, "what is committed is here");
        Committed = Math.Max(Committed, index);
    }

    public void SetApplied(long index)
    {
        Check.That(index >= Applied && index <= Committed);
        Applied = index;
    }

    /// <summary>Drops entries up to the index, which have been applied.</summary>
    public void DropUpTo(long index)
    {
        Check.That(index <= Applied && index <= Stable);
        if (index <= Before.Index)
        {
            return;
        }

        var before = this[index].Position;
        var count = (int)(index - Before.Index);
        Bytes -= _entries.Take(count).Sum(static entry => (long)entry.Bytes);
        _entries.RemoveRange(0, count);
        _memberships.DropUpTo(index);
        Before = before;
    }

    /// <summary>The state as of this position, or a later one, is durable here, and what the log says up to it is that state: no more is to be done with those entries.</summary>
    public void Include(LogPosition position)
    {
        Check.That(Has(position) || position.Index <= Committed);
        Stable = Math.Max(Stable, position.Index);
        Committed = Math.Max(Committed, position.Index);
        Applied = Math.Max(Applied, position.Index);
    }

    /// <summary>The state as of this position came from elsewhere: the log begins anew behind it.</summary>
    /// <param name="membership">As of the position.</param>
    public void Restart(LogPosition position, Membership membership)
    {
        Check.That(position.Index > Committed, "a state never goes back");
        _entries.Clear();
        _memberships.Restart(position.Index, Rules.StatesBringTheMembership ? membership : _memberships.Latest);
        Bytes = 0;
        Before = position;
        Stable = position.Index;
        Committed = position.Index;
        Applied = position.Index;
    }

    private void CutFrom(long index)
    {
        Check.That(index > Committed, "nothing committed is ever replaced (Raft §5.4.3)");
        var first = (int)(index - FirstIndex);
        for (var i = first; i < _entries.Count; i++)
        {
            Bytes -= _entries[i].Bytes;
        }

        _entries.RemoveRange(first, _entries.Count - first);
        if (Rules.ForgetsReplacedMemberships)
        {
            _memberships.CutFrom(index);
        }

        Stable = Math.Min(Stable, index - 1);
    }
}
