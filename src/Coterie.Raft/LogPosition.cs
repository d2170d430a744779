namespace Coterie.Raft;

/// <summary>
/// A place in a log: the entry's index, from 1, and the term of the leader that wrote it. Two logs that have the same position agree on everything up
/// to it (log matching, Raft §5.3). (0, 0) is before the first entry.
/// </summary>
public readonly record struct LogPosition(long Index, long Term)
{
    /// <summary>Whether a log that ends here is at least as up to date as one that ends there (Raft §5.4.1): the term decides, then the length.</summary>
    public bool IsUpToDateWith(LogPosition other) => Term > other.Term || (Term == other.Term && Index >= other.Index);

    public override string ToString() => $"{Index}@{Term}";
}
