using Coterie.Model;

namespace Coterie.Raft;

/// <summary>What the disk has, and what is on its way there: one write at a time, each of everything that is new (Raft figure 2, persistent state).</summary>
internal sealed class DiskFront(RaftLog log, HardState state)
{
    private LogPosition? _writing;

    /// <summary>As it is on the disk, or will be with the write that is under way.</summary>
    public HardState State { get; private set; } = state;

    public bool IsWriting { get; private set; }

    /// <summary>Null: nothing is new.</summary>
    public RaftWrite? TakeWrite(HardState state)
    {
        if (state == State && log.Stable == log.LastIndex)
        {
            return null;
        }

        var write = new RaftWrite(state == State ? null : state, log.Unstable());
        State = state;
        _writing = write.Last;
        IsWriting = true;
        return write;
    }

    public void Written()
    {
        Check.That(IsWriting);
        IsWriting = false;
        if (_writing is { } last)
        {
            log.SetStable(last);
            _writing = null;
        }
    }
}
