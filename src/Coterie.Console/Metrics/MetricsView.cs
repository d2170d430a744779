using Coterie.WebConsole.Cluster;

namespace Coterie.WebConsole.Metrics;

/// <summary>From what the nodes said, now and the time before, to the lines that are shown. Pure, and bounded: a node may have tens of thousands of series.</summary>
internal static class MetricsView
{
    public const int FilterLengthMax = 200;
    public const int FamiliesMax = 200;
    public const int LinesMax = 600;

    /// <summary>Of one family, while there are several: so that one with a series for each table leaves room for the others.</summary>
    public const int LinesOfOneMax = 8;

    public static MetricsReport Of(ClusterMoment moment, string filter)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var names = new SortedSet<string>(moment.Answers.SelectMany(Measured), StringComparer.Ordinal);
        var found = names.Select(name => Found(moment, name, words)).Where(static one => one.Keys.Count > 0).ToList();
        var lines = new List<MetricLines>();
        var left = LinesMax;
        var most = found.Count == 1 ? LinesMax : LinesOfOneMax;
        foreach (var (family, keys) in found.Take(FamiliesMax))
        {
            var shown = keys.Take(Math.Min(most, left)).ToList();
            if (shown.Count == 0)
            {
                break;
            }

            left -= shown.Count;
            lines.Add(new MetricLines(family.Name, family.Help, family.Type, Lines(moment, family, shown), keys.Count));
        }

        return new MetricsReport([.. moment.Answers.Select(Node)], filter, lines, found.Count, names.Count);
    }

    /// <summary>A family may be described and have no series yet.</summary>
    private static IEnumerable<string> Measured(NodeAnswer answer) =>
        (answer.Metrics?.Families.Values ?? []).Where(static family => family.Samples.Count > 0).Select(static family => family.Name);

    private static MetricsNode Node(NodeAnswer answer) => new(answer.Name, answer.Metrics is not null, answer.Metrics switch
    {
        null => answer.Problem ?? "it does not answer",
        { FirstBroken: { } first } broken => $"{broken.Broken} lines cannot be read: {first}",
        { IsCut: true } => $"it has more than the {MetricsParser.SamplesMax} series that are read",
        _ => null,
    });

    /// <summary>A family as the first node that has it describes it, and the series of all nodes that match.</summary>
    private static (MetricFamily Family, IReadOnlyList<string> Keys) Found(ClusterMoment moment, string name, string[] words)
    {
        MetricFamily? family = null;
        var keys = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var answer in moment.Answers)
        {
            if (answer.Metrics is null || !answer.Metrics.Families.TryGetValue(name, out var here))
            {
                continue;
            }

            family ??= here;
            var left = Array.FindAll(words, word => !Has(family.Name, word) && !Has(family.Help, word));
            keys.AddRange(here.Samples.Where(sample => Array.TrueForAll(left, word => Has(sample.Labels, word)) && seen.Add(sample.Key)).Select(static sample => sample.Key));
        }

        return (family!, keys);
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static List<MetricLine> Lines(ClusterMoment moment, MetricFamily family, IReadOnlyList<string> keys)
    {
        var nodes = moment.Answers.Select(answer => new Column(
            Values(answer.Metrics, family.Name, keys),
            Values(answer.Before?.Metrics, family.Name, keys),
            answer.SecondsSinceBefore)).ToList();
        return
        [
            .. keys.Select(key => new MetricLine(
                key,
                [.. nodes.Select(node => node.Now.TryGetValue(key, out var value) ? value : (double?)null)],
                [.. nodes.Select(node => Counts(family, key) ? node.Rate(key) : null)])),
        ];
    }

    private static bool Counts(MetricFamily family, string key) =>
        family.Type == "counter" || (family.Type == "histogram" && key.AsSpan(family.Name.Length).StartsWith("_count"));

    private static Dictionary<string, double> Values(MetricSet? set, string family, IReadOnlyList<string> keys)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        if (set is not null && set.Families.TryGetValue(family, out var here))
        {
            var wanted = keys.ToHashSet(StringComparer.Ordinal);
            foreach (var sample in here.Samples.Where(sample => wanted.Contains(sample.Key)))
            {
                values[sample.Key] = sample.Value;
            }
        }

        return values;
    }

    private sealed record Column(Dictionary<string, double> Now, Dictionary<string, double> Before, double? Seconds)
    {
        /// <summary>Null, too, if the node has begun to count anew.</summary>
        public double? Rate(string key) =>
            Seconds is { } seconds && Now.TryGetValue(key, out var now) && Before.TryGetValue(key, out var before) && now >= before ? (now - before) / seconds : null;
    }
}
