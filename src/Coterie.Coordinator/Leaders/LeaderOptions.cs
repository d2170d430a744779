namespace Coterie.Coordinator.Leaders;

public sealed record LeaderOptions
{
    /// <summary>
    /// A request that finds no leader waits for one, up to its timeout. False: it is refused as soon as every member has said that it does not lead.
    /// </summary>
    public bool WaitsForElection { get; init; } = true;

    /// <summary>Before the members are asked again who leads.</summary>
    public TimeSpan ElectionPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>What may be asked twice is asked again after this: who led may be paused, and another lead by now.</summary>
    public TimeSpan QuestionPatience { get; init; } = TimeSpan.FromSeconds(1);
}
