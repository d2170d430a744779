namespace Coterie.Raft.Tests.Harness;

/// <summary>What the owner of a core has to keep to. Tests take one away and must see what then breaks.</summary>
internal sealed record HarnessRules
{
    public static HarnessRules All { get; } = new();

    /// <summary>A vote is durable before it is told (Raft figure 2, persistent state).</summary>
    public bool SyncsVotesFirst { get; init; } = true;

    /// <summary>Entries are durable before the leader hears of them (Raft §5.3).</summary>
    public bool SyncsEntriesFirst { get; init; } = true;

    /// <summary>Nothing that a member said before it lost its disk arrives afterwards.</summary>
    public bool ClosesOldConnections { get; init; } = true;

    /// <summary>A member without its disk counts again only with what was committed when it asked.</summary>
    public bool CatchesUpBeforeItCounts { get; init; } = true;

    /// <summary>A member without its disk is told so when it starts.</summary>
    public bool KnowsThatItsDiskIsLost { get; init; } = true;
}
