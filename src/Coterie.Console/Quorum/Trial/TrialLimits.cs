namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>What a trial may cost the cluster.</summary>
internal static class TrialLimits
{
    public const int TrialsUsual = 1_000;
    public const int TrialsMax = 5_000;

    /// <summary>A write and a read each, of all replicas.</summary>
    public const int Measurements = 400;

    /// <summary>Not counted: connections, plans and caches are cold before.</summary>
    public const int WarmUp = 40;

    /// <summary>Fewer are not taken for the delays of the cluster.</summary>
    public const int MeasurementsLeast = 50;

    /// <summary>At a time. More would measure how they wait for one another.</summary>
    public const int Lanes = 2;

    /// <summary>A write and a read each.</summary>
    public const int TrialsPerSecond = 200;

    /// <summary>Then nothing comes of it any more.</summary>
    public const int FailuresInARowMax = 20;

    /// <summary>Nodes that are asked to coordinate, in each data centre.</summary>
    public const int CoordinatorsMax = 6;

    /// <summary>Between a write and its read.</summary>
    public const double WaitMillisecondsMax = 500;

    public static TimeSpan MeasuringMax { get; } = TimeSpan.FromSeconds(15);

    public static TimeSpan TryingMax { get; } = TimeSpan.FromSeconds(60);

    /// <summary>For one answer. A node that does not give it is not asked again.</summary>
    public static TimeSpan AnswerPatience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>For the removal of the keyspace when the console ends.</summary>
    public static TimeSpan LeavingPatience { get; } = TimeSpan.FromSeconds(3);

    /// <summary>What a trial that could not remove its keyspace has left is removed by a later one, after so long.</summary>
    public static TimeSpan LeftoverAge { get; } = TimeSpan.FromMinutes(10);
}
