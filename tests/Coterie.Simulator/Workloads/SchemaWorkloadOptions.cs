namespace Coterie.Simulator.Workloads;

/// <summary>How clients change the schema.</summary>
public sealed record SchemaWorkloadOptions
{
    public int Clients { get; init; } = 4;

    /// <summary>Of the changes, those that fight for a name with others.</summary>
    public double RaceShare { get; init; } = 0.3;

    public int RaceNames { get; init; } = 40;

    public double DropShare { get; init; } = 0.25;

    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>After all, so many tables take a write through each node.</summary>
    public int TablesWrittenAtEnd { get; init; } = 5;
}
