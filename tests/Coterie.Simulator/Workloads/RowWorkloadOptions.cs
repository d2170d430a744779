namespace Coterie.Simulator.Workloads;

/// <summary>How clients write, delete and scan rows.</summary>
public sealed record RowWorkloadOptions
{
    public int Clients { get; init; } = 5;

    public int Partitions { get; init; } = 3;

    /// <summary>Clustering keys run from 0 to here.</summary>
    public int Rows { get; init; } = 24;

    public double ScanShare { get; init; } = 0.35;

    public double DeleteShare { get; init; } = 0.25;

    /// <summary>Of the scans, those of the whole table rather than of one partition.</summary>
    public double TableScanShare { get; init; } = 0.2;

    public int PageSizeMax { get; init; } = 7;

    public string ReadRepair { get; init; } = "BLOCKING";

    /// <summary>The table's <c>gc_grace_seconds</c>.</summary>
    public int GraceSeconds { get; init; } = 864_000;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(12);

    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(40);
}
