using Coterie.Model;

namespace Coterie.Raft.Tests.Harness;

/// <summary>What a member has when it starts again. Each method is one write: a crash leaves it out as a whole or has it as a whole.</summary>
internal sealed class SimulatedDisk(Membership first)
{
    private readonly List<RaftEntry> _entries = [];

    public HardState State { get; private set; } = HardState.Initial;

    public LogPosition Before { get; private set; }

    /// <summary>As of <see cref="Before"/>.</summary>
    public Membership Membership { get; private set; } = first;

    public Machine Machine { get; private set; }

    /// <summary>It was lost, and the member may have promised what it does not know of.</summary>
    public bool IsPassive { get; set; }

    public long LastIndex => Before.Index + _entries.Count;

    public IReadOnlyList<RaftEntry> Entries => _entries;

    public void Write(RaftWrite write)
    {
        State = write.HardState ?? State;
        foreach (var entry in write.Entries)
        {
            if (entry.Index <= Before.Index)
            {
                continue;
            }

            Check.That(entry.Index <= LastIndex + 1, "the log on the disk has no gaps");
            CutFrom(entry.Index);
            _entries.Add(entry);
        }
    }

    /// <summary>The state so far is durable, and entries up to the index are not needed any more.</summary>
    public void Compact(Machine machine, long dropUpTo, Membership membership)
    {
        Check.That(dropUpTo <= machine.Applied);
        Machine = machine;
        if (dropUpTo > Before.Index)
        {
            var before = _entries[(int)(dropUpTo - Before.Index - 1)].Position;
            _entries.RemoveRange(0, (int)(dropUpTo - Before.Index));
            (Before, Membership) = (before, membership);
        }
    }

    /// <summary>The state came from elsewhere: the log begins anew behind the position, or goes on if that very entry is here.</summary>
    public void Restore(RaftFetch fetch, Machine machine)
    {
        var position = fetch.Position;
        Machine = machine;
        if (position.Index <= Before.Index)
        {
            return;
        }

        var has = position.Index <= LastIndex && TermOf(position.Index) == position.Term;
        _entries.RemoveRange(0, has ? (int)(position.Index - Before.Index) : _entries.Count);
        (Before, Membership) = (position, fetch.Membership);
    }

    public long TermOf(long index) => index == Before.Index ? Before.Term : _entries[(int)(index - Before.Index - 1)].Term;

    private void CutFrom(long index)
    {
        var first = (int)(index - Before.Index - 1);
        _entries.RemoveRange(first, _entries.Count - first);
    }
}
