namespace Coterie.Simulator.Workloads;

/// <summary>What clients of logged batches do.</summary>
public sealed record BatchWorkloadOptions
{
    public int Clients { get; init; } = 6;

    /// <summary>Partitions that batches write to.</summary>
    public int Partitions { get; init; } = 24;

    /// <summary>Partitions of one batch. One of a single partition is a plain write.</summary>
    public int PartitionsPerBatchMin { get; init; } = 2;

    public int PartitionsPerBatchMax { get; init; } = 5;

    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(6);

    public ushort Level { get; init; } = RegisterWorkloadOptions.Quorum;
}
