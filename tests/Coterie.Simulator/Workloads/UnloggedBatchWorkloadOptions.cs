namespace Coterie.Simulator.Workloads;

/// <summary>How clients write batches.</summary>
public sealed record UnloggedBatchWorkloadOptions
{
    public int Clients { get; init; } = 5;

    public int Partitions { get; init; } = 8;

    public int PartitionsPerBatchMax { get; init; } = 4;

    /// <summary>Of a batch in each of its partitions.</summary>
    public int Rows { get; init; } = 2;

    public double WriteShare { get; init; } = 0.5;

    /// <summary>How many batches back clients look.</summary>
    public int LookBack { get; init; } = 20;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(50);
}
