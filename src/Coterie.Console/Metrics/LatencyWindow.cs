using System.Globalization;

namespace Coterie.WebConsole.Metrics;

/// <summary>What a histogram says of the time between two looks at it. Pure.</summary>
/// <param name="Count">Requests that ended in it.</param>
/// <param name="P50">Seconds within which half of them took; null: none ended.</param>
internal readonly record struct LatencyWindow(double Count, double? P50, double? P99)
{
    /// <param name="label">One that the series must have, as it stands in the text: <c>kind="read"</c>.</param>
    /// <returns>Null: it is not there twice, or it began anew in between.</returns>
    public static LatencyWindow? Between(MetricSet? before, MetricSet now, string family, string label)
    {
        if (before is null || Buckets(before, family, label) is not { Count: > 0 } first || Buckets(now, family, label) is not { } last || first.Count != last.Count)
        {
            return null;
        }

        var ended = last.Select((bucket, i) => (bucket.End, Count: bucket.Count - first[i].Count)).ToList();
        return ended.Any(static bucket => bucket.Count < 0)
            ? null
            : new LatencyWindow(ended[^1].Count, Quantile(ended, 0.5), Quantile(ended, 0.99));
    }

    /// <summary>As Prometheus estimates it: within a bucket they are taken to be spread evenly.</summary>
    internal static double? Quantile(IReadOnlyList<(double End, double Count)> buckets, double part)
    {
        var total = buckets[^1].Count;
        if (total <= 0)
        {
            return null;
        }

        var wanted = total * part;
        double start = 0, below = 0;
        foreach (var (end, count) in buckets)
        {
            if (count >= wanted && count > below)
            {
                return double.IsInfinity(end) ? start : start + ((end - start) * (wanted - below) / (count - below));
            }

            (start, below) = (double.IsInfinity(end) ? start : end, count);
        }

        return start;
    }

    private static List<(double End, double Count)>? Buckets(MetricSet set, string family, string label)
    {
        if (!set.Families.TryGetValue(family, out var found))
        {
            return null;
        }

        var buckets = new List<(double End, double Count)>();
        foreach (var sample in found.Samples)
        {
            if (sample.Name.Length == family.Length + "_bucket".Length && sample.Labels.StartsWith(label, StringComparison.Ordinal) && EndOf(sample.Labels) is { } end)
            {
                buckets.Add((end, sample.Value));
            }
        }

        buckets.Sort(static (a, b) => a.End.CompareTo(b.End));
        return buckets;
    }

    private static double? EndOf(string labels)
    {
        var at = 0;
        while (MetricsParser.TryLabel(labels, ref at, out var name, out var value))
        {
            if (name is "le")
            {
                return value is "+Inf" ? double.PositiveInfinity
                    : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var end) ? end : null;
            }
        }

        return null;
    }
}
