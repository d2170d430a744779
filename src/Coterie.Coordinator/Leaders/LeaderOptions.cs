namespace Coterie.Coordinator.Leaders;

public sealed record LeaderOptions
{
    /// <summary>
    /// A request that finds no leader waits for one, up to its timeout. False: it is refused as soon as every member has said that it does not lead.
    /// </summary>
    public bool WaitsForElection { get; init; } = true;

    /// <summary>Before the members are asked again who leads.</summary>
    public TimeSpan ElectionPause { get; init; } = TimeSpan.FromMilliseconds(20);
}
