namespace Coterie.Replica.Trees;

public sealed record TreeOptions
{
    /// <summary>Entries that a node reads in a second to keep its own trees current.</summary>
    public int RowsPerSecond { get; init; } = 50_000;

    /// <summary>
    /// Entries of clean leaves that a node reads again in a second, to see whether they still are what their hash says. 0: none. 500 are a million in half an hour, and
    /// three hundred million in a week.
    /// </summary>
    public int CleanRowsPerSecond { get; init; } = 500;

    /// <summary>All clean leaves are read again no more often than this.</summary>
    public TimeSpan CleanPassMin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often it looks what there is to read.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);
}
