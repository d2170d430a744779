namespace Coterie.Coordinator.Batches;

/// <summary>What a replica came to when a batch's mutation was replayed.</summary>
internal enum ReplayedTo : byte
{
    Applied,

    /// <summary>The table is gone there.</summary>
    Gone,

    /// <summary>A hint for it is durable.</summary>
    Hinted,

    /// <summary>It did not answer, or had no room; and there is no hint.</summary>
    Missed,

    /// <summary>It answered that it could not; and there is no hint.</summary>
    Refused,
}

/// <summary>Decides whether a batch that is replayed may be forgotten. Pure.</summary>
internal static class BatchReplayCore
{
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
