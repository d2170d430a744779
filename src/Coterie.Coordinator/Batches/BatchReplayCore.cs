namespace Coterie.Coordinator.Batches;

/// <summary>What a replica came to when a batch's mutation was replayed.</summary>
internal enum ReplayedTo : byte
{
    Applied,

    /// <summary>It has no place there any more: the table is gone, or the mutation is older than deletions allow it to be.</summary>
    Gone,

    /// <summary>A hint for it is durable.</summary>
    Hinted,

    /// <summary>It did not answer, or had no room; and there is no hint.</summary>
    Missed,

    /// <summary>It answered that it could not; and there is no hint.</summary>
    Refused,
}

/// <summary>How the replay of one mutation ended, or of several together.</summary>
/// <param name="IsSettled">All of it is where it belongs, or has no place any more.</param>
/// <param name="IsOver">There is no use in trying again.</param>
/// <param name="TooLate">Mutations that nobody had a place for any more.</param>
internal readonly record struct BatchEnd(bool IsSettled, bool IsOver, int TooLate)
{
    public static BatchEnd OfNothing => new(IsSettled: true, IsOver: true, 0);

    public bool IsHopeless => IsOver && !IsSettled;

    public BatchEnd And(BatchEnd other) => new(IsSettled && other.IsSettled, IsOver && other.IsOver, TooLate + other.TooLate);
}

/// <summary>Decides whether a batch that is replayed may be forgotten. Pure.</summary>
internal static class BatchReplayCore
{
    /// <param name="isOld">It is so old that who refuses it now will refuse it always.</param>
    public static BatchEnd EndOf(ReadOnlySpan<ReplayedTo> replicas, bool isOld)
    {
        var isSettled = IsSettled(replicas);
        return new BatchEnd(isSettled, isSettled || IsHopeless(replicas, isOld), isSettled && IsTooLate(replicas) ? 1 : 0);
    }

    /// <summary>
    /// Whether this mutation will be everywhere without the record: every replica has it or a hint, or one has it, and hints are not kept for the others
    /// (they are over their limits): then it is as after any write.
    /// </summary>
    public static bool IsSettled(ReadOnlySpan<ReplayedTo> replicas)
    {
        var everywhere = true;
        var applied = false;
        foreach (var replica in replicas)
        {
            everywhere &= replica is not (ReplayedTo.Missed or ReplayedTo.Refused);
            applied |= replica == ReplayedTo.Applied;
        }

        return everywhere || applied;
    }

    /// <summary>
    /// Whether it came too late, as far as is known: nobody took it, and someone has no place for it any more. It may have been written before its coordinator
    /// went away, or never.
    /// </summary>
    public static bool IsTooLate(ReadOnlySpan<ReplayedTo> replicas) => replicas.Contains(ReplayedTo.Gone) && !replicas.Contains(ReplayedTo.Applied);

    /// <summary>Whether no replica will ever take it: all have answered, none did, and it is so old that it is too late for it.</summary>
    public static bool IsHopeless(ReadOnlySpan<ReplayedTo> replicas, bool isTooOld)
    {
        foreach (var replica in replicas)
        {
            if (replica != ReplayedTo.Refused)
            {
                return false;
            }
        }

        return isTooOld;
    }
}
