namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>How the value is deleted.</summary>
public enum DeleteShape
{
    /// <summary>By a tombstone in its own row.</summary>
    Row,

    /// <summary>By the deletion of its partition: another entry, which is swept by itself.</summary>
    Partition,

    /// <summary>Overwritten by a value that expires.</summary>
    Expiry,
}

/// <summary>What is possible in a search. The smaller, the faster; each rule needs something of it to be missed.</summary>
public sealed record Scene(string Name)
{
    public DeleteShape Shape { get; init; }

    /// <summary>All clocks are ahead by the whole skew allowed, except that of the replica which deletes the value, and may lose its store.</summary>
    public bool FastClock { get; init; }

    /// <summary>The clock of the last replica stands still: its age check does nothing.</summary>
    public bool StoppedClock { get; init; }

    /// <summary>How many times a replica may lose its store.</summary>
    public int Losses { get; init; }

    /// <summary>One more value may be written after the delete, with a timestamp older than it.</summary>
    public bool OldTimestamp { get; init; }

    /// <summary>Read repairs that may be formed, 0 or 1.</summary>
    public int ReadRepairs { get; init; }

    /// <summary>Exchanges that may break off; what they have read may be delivered at any time later.</summary>
    public int Broken { get; init; }

    /// <summary>The hours at which anything happens. Those at which nothing new can are left out.</summary>
    public IReadOnlyList<int> Hours { get; init; } = [0, 1, 5, 6];

    public override string ToString() => Name;
}
