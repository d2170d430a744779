namespace Coterie.Coordinator.Hints;

/// <summary>How much a node keeps for replicas that missed something, and how fast it gives it back.</summary>
public sealed record HintOptions
{
    public static HintOptions Default { get; } = new();

    /// <summary>How long a replica may be down before no more is kept for it, and how old a hint may be when it is replayed. Zero: no hints.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(3);

    /// <summary>Bytes of all hints, with their keys.</summary>
    public long BytesMax { get; init; } = 4L << 30;

    /// <summary>Bytes of the hints for one replica.</summary>
    public long BytesPerTargetMax { get; init; } = 1L << 30;

    /// <summary>Bytes a second that are replayed, to all replicas together.</summary>
    public long BytesPerSecond { get; init; } = 16L << 20;
}
