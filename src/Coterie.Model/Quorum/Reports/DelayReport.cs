using Coterie.Model.Quorum.Staleness;

namespace Coterie.Model.Quorum.Reports;

/// <summary>Latency and staleness, predicted. All times in milliseconds.</summary>
/// <param name="Trials">Each chance has a standard error of at most 0.5/√trials.</param>
/// <param name="SeenAtOnce">The chance that a read which begins when the write is acknowledged sees it.</param>
/// <param name="SeenWithin">How long after the acknowledgement a read must begin to see the write with each chance.</param>
/// <param name="Curve">The chance to see it, over time.</param>
public sealed record DelayReport(
    string Model,
    int Trials,
    IReadOnlyList<PercentileReport> Read,
    IReadOnlyList<PercentileReport> Write,
    double SeenAtOnce,
    IReadOnlyList<PercentileReport> SeenWithin,
    IReadOnlyList<CurvePoint> Curve)
{
    /// <summary>Enough for the third nine, and few enough that nobody waits for them.</summary>
    public const int UsualTrials = 100_000;

    private const int CurvePoints = 60;

    private static readonly double[] Percentiles = [.5, .9, .95, .99, .999];
    private static readonly double[] Chances = [.9, .99, .999];

    public static DelayReport Of(QuorumQuestion question, int trials, ulong seed) =>
        Of(question, new WarsSimulation(question.Delays, question.Read.Quorum, question.Write.Quorum, question.RemoteMilliseconds).Run(trials, seed));

    public static DelayReport Of(QuorumQuestion question, WarsResult result) => new(
        question.Delays.Name,
        result.Trials,
        [.. Percentiles.Select(share => new PercentileReport(share, result.ReadPercentile(share)))],
        [.. Percentiles.Select(share => new PercentileReport(share, result.WritePercentile(share)))],
        result.SeenAfter(0),
        [.. Chances.Select(chance => new PercentileReport(chance, result.SeenWithin(chance)))],
        CurveOf(result));

    /// <summary>As far as anything happens: until all but one read in a thousand see the write, in even steps.</summary>
    private static CurvePoint[] CurveOf(WarsResult result)
    {
        var end = NiceEnd(Math.Max(result.SeenWithin(.999), 1));
        return [.. Enumerable.Range(0, CurvePoints + 1).Select(i => end * i / CurvePoints).Select(at => new CurvePoint(at, result.SeenAfter(at)))];
    }

    /// <summary>The next 1, 2 or 5 times a power of ten.</summary>
    private static double NiceEnd(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return least <= power ? power : least <= 2 * power ? 2 * power : least <= 5 * power ? 5 * power : 10 * power;
    }
}

/// <param name="Share">0.99: for 99 in a hundred.</param>
public readonly record struct PercentileReport(double Share, double Milliseconds);

public readonly record struct CurvePoint(double Milliseconds, double Seen);
