namespace Coterie.Replica.Deletes;

public sealed record HorizonsOptions
{
    /// <summary>How far the clocks of two nodes that talk to each other may differ: what handshakes allow.</summary>
    public TimeSpan ClockSkewMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The longest that a coordinator waits for a write. An exchange that begins sooner than this after a start makes nobody complete: what this node
    /// acknowledged before it lost it may still become a quorum with what a peer acknowledges after it has been compared with.
    /// </summary>
    public TimeSpan WritesWaitedFor { get; init; } = TimeSpan.FromSeconds(30);
}
