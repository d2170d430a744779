namespace Coterie.Cluster.Membership;

/// <summary>Settings of failure detection.</summary>
public sealed record FailureDetectionOptions
{
    /// <summary>Between two heartbeats to one peer, shortened or lengthened at random by up to a tenth.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A heartbeat not answered within this time is given up; it is no evidence for or against.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often suspicion is looked at.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Suspicion above which a peer is convicted. 8: one false conviction in 10^8 intervals, if intervals were normally distributed.</summary>
    public double PhiThreshold { get; init; } = 8;

    /// <summary>
    /// The deviation of intervals is never believed to be less. With the defaults: a silence of some 2.6 s convicts, and one of 1.5 s
    /// (a collection of garbage, a busy machine) does not, however regular the heartbeats were before.
    /// </summary>
    public TimeSpan DeviationMin { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Longer intervals are remembered as this long, so that the silence of a dead peer does not make it trusted for hours after.</summary>
    public TimeSpan RememberedIntervalMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Heartbeats answered in a row before a convicted peer counts as alive again.</summary>
    public int AnswersToRevive { get; init; } = 2;

    /// <summary>After so long without an answer the connections to the peer are broken and made anew: they may be half open.</summary>
    public TimeSpan AbortAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>If this node itself has been away for longer (stopped, starved), its silence is not blamed on its peers.</summary>
    public TimeSpan OwnPauseMin { get; init; } = TimeSpan.FromSeconds(1);
}
