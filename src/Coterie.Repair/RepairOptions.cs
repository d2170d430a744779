namespace Coterie.Repair;

public sealed record RepairOptions
{
    /// <summary>Whether replicas compare by themselves. <c>coterie repair</c> compares in any case.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long after one comparison of a table's ranges with a peer the next is due.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after one that failed.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a peer that has come back is given to get its hints before it is compared with.</summary>
    public TimeSpan PauseAfterReturn { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Entries that both sides together read in a second for the comparisons that this node drives by itself.</summary>
    public int RowsPerSecond { get; init; } = 20_000;

    /// <summary>How long one request between the two may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
