using Coterie.Model.Quorum.Staleness;

namespace Coterie.WebConsole.Quorum;

/// <summary>How many reads and writes are answered within which time.</summary>
/// <param name="End">Of the time shown, in milliseconds: all but one in a hundred of the slower kind are answered by then.</param>
public sealed record LatencyCurves(IReadOnlyList<ChartPoint> Reads, IReadOnlyList<ChartPoint> Writes, double End)
{
    private const int Points = 100;

    public static LatencyCurves Of(WarsResult result)
    {
        var end = ChartScale.NiceEnd(Math.Max(result.ReadPercentile(.99), result.WritePercentile(.99)));
        return new LatencyCurves(Curve(result.ReadsWithin, end), Curve(result.WritesWithin, end), end);
    }

    internal static ChartPoint[] Curve(Func<double, double> within, double end) =>
        [.. Enumerable.Range(0, Points + 1).Select(i => new ChartPoint(end * i / Points, within(end * i / Points)))];
}
