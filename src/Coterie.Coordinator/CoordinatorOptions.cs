using Coterie.Model;

namespace Coterie.Coordinator;

/// <summary>How a node coordinates.</summary>
public sealed record CoordinatorOptions
{
    public static CoordinatorOptions Default { get; } = new();

    /// <summary>Writes that may wait for their answer at the same time; more are refused.</summary>
    public int WritesInFlightMax { get; init; } = Limits.CoordinatedWritesMax;

    /// <summary>Writes, answered or not, of which some replica may still reply.</summary>
    public int WritesHeldMax { get; init; } = Limits.CoordinatedWritesHeldMax;

    /// <summary>Reads that may wait for their answer at the same time; more are refused.</summary>
    public int ReadsInFlightMax { get; init; } = Limits.CoordinatedReadsMax;

    /// <summary>Steps of reads, answered or not, of which some replica may still reply.</summary>
    public int ReadsHeldMax { get; init; } = Limits.CoordinatedReadsHeldMax;

    /// <summary>Repairs that follow an answer (read_repair = ASYNC) under way at the same time; more are left to the next read.</summary>
    public int BackgroundRepairsMax { get; init; } = Limits.BackgroundRepairsMax;

    /// <summary>How often reads are looked at for being slow. Coarse on purpose: one timer for all of them, and none while there are none.</summary>
    public TimeSpan SpeculationTick { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Whether whoever awaits an answer goes on elsewhere than on the thread that brought the last reply, which is a connection's reader or
    /// the writer loop.
    /// </summary>
    public bool RunContinuationsAsynchronously { get; init; } = true;
}
