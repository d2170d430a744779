namespace Coterie.Replica.Trees;

public sealed record TreeOptions
{
    /// <summary>Entries that a node reads in a second to keep its own trees current.</summary>
    public int RowsPerSecond { get; init; } = 50_000;

    /// <summary>How often it looks what there is to read.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);
}
