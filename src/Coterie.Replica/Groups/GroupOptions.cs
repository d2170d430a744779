using Coterie.Raft;

namespace Coterie.Replica.Groups;

public sealed record GroupOptions
{
    /// <summary>How long a tick is, by which the times of <see cref="Raft"/> count.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    public RaftOptions Raft { get; init; } = new();

    /// <summary>How often it is looked whether there are deletions to sweep.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From so many bytes on the older half of a log is dropped, as far as it has been applied.</summary>
    public long LogBytesMax { get; init; } = 64 * 1024 * 1024;
}
