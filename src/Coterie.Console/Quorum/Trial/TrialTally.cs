using Coterie.Model.Quorum.Staleness;

namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>Counts what came of trials. Not safe from several threads.</summary>
internal sealed class TrialTally
{
    private const int PointsMax = 20;
    private const int TrialsAPointLeast = 25;

    private readonly List<TrialOutcome> _whole = [];

    public int Done => _whole.Count + FailedWrites + FailedReads;

    public int FailedWrites { get; private set; }

    public int FailedReads { get; private set; }

    public int FailuresInARow { get; private set; }

    public string? LastProblem { get; private set; }

    /// <summary>Trials of which both halves were answered.</summary>
    public int Whole => _whole.Count;

    public void Add(TrialOutcome outcome)
    {
        if (outcome is { Write: not null, Read: not null })
        {
            _whole.Add(outcome);
            FailuresInARow = 0;
            return;
        }

        FailedWrites += outcome.Write is null ? 1 : 0;
        FailedReads += outcome.Write is null ? 0 : 1;
        FailuresInARow++;
        LastProblem = outcome.Problem;
    }

    public TrialLatencies Writes() => new(Sorted(static one => one.Write!.Value.AtCoordinator), Sorted(static one => one.Write!.Value.Milliseconds));

    public TrialLatencies Reads() => new(Sorted(static one => one.Read!.Value.AtCoordinator), Sorted(static one => one.Read!.Value.Milliseconds));

    public double SeenShare => _whole.Count == 0 ? 0 : (double)_whole.Count(static one => one.Read!.Value.HasRow) / _whole.Count;

    /// <summary>
    /// Of trials that waited about as long, which share saw its write: groups of as many trials each, so that each point is as sure as any other, over the time
    /// that they waited on average.
    /// </summary>
    public IReadOnlyList<TrialSeen> Seen()
    {
        var ordered = _whole.OrderBy(static one => one.After).ToList();
        var points = Math.Clamp(ordered.Count / TrialsAPointLeast, Math.Min(1, ordered.Count), PointsMax);
        return
        [
            .. from point in Enumerable.Range(0, points)
               let first = (int)((long)point * ordered.Count / points)
               let last = (int)((long)(point + 1) * ordered.Count / points)
               let alike = ordered[first..last]
               select new TrialSeen(alike.Average(static one => one.After), (double)alike.Count(static one => one.Read!.Value.HasRow) / alike.Count, alike.Count),
        ];
    }

    /// <summary>Round trips of single replicas that have been seen, to write and to read.</summary>
    public int Samples => _whole.Sum(static one => one.Write!.Value.Replicas.Count + one.Read!.Value.Replicas.Count);

    public SortedSamples WriteTrips() => new([.. _whole.SelectMany(static one => one.Write!.Value.Replicas)]);

    public SortedSamples ReadTrips() => new([.. _whole.SelectMany(static one => one.Read!.Value.Replicas)]);

    /// <summary>
    /// The delays between nodes, from trials that waited for every replica; null: too few were answered.
    /// </summary>
    /// <param name="when">For people: when it was measured.</param>
    public DelayModel? Delays(string when)
    {
        double[] writes = [.. _whole.SelectMany(static one => one.Write!.Value.Replicas)];
        double[] reads = [.. _whole.SelectMany(static one => one.Read!.Value.Replicas)];
        return _whole.Count < TrialLimits.MeasurementsLeast || writes.Length == 0 || reads.Length == 0
            ? null
            : DelayModel.OfRoundTrips(writes, reads, $"this cluster, measured {when}");
    }

    private SortedSamples Sorted(Func<TrialOutcome, double> of) => new([.. _whole.Select(of)]);
}

/// <summary>The same requests, as seen from two places.</summary>
internal sealed record TrialLatencies(SortedSamples AtCoordinator, SortedSamples AtConsole);
