namespace Coterie.Simulator.Workloads;

/// <summary>How clients change and read collections.</summary>
public sealed record CollectionWorkloadOptions
{
    public int Clients { get; init; } = 5;

    public int Keys { get; init; } = 3;

    /// <summary>Keys of a map run from 0 to here.</summary>
    public int Elements { get; init; } = 6;

    /// <summary>The table's <c>gc_grace_seconds</c>.</summary>
    public int GraceSeconds { get; init; } = 864_000;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(50);
}
