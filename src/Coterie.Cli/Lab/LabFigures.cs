using Coterie.Host.Lab;

namespace Coterie.Cli.Lab;

/// <summary>One fault. Times are since the lab began.</summary>
/// <param name="Node">The CQL address of the node it was done to.</param>
/// <param name="From">When it was killed or paused.</param>
/// <param name="Back">When it was started again or went on.</param>
/// <param name="To">When it was ready, and all saw each other again.</param>
internal readonly record struct LabFault(int Round, string Node, TimeSpan From, TimeSpan Back, TimeSpan To);

/// <summary>
/// What the writes of one keyspace say about how it lived through the faults. Pure: records in, figures out.
/// </summary>
internal sealed record LabFigures
{
    /// <summary>So long after a node is back, and after the start, the cluster is not counted as undisturbed.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public required long Acked { get; init; }

    public required long Failed { get; init; }

    public required long Unknown { get; init; }

    /// <summary>Of each round: the longest time between two acknowledgements of which some was while the node was away.</summary>
    public required IReadOnlyList<double> GapsMs { get; init; }

    /// <summary>The longest of which some was while it came back.</summary>
    public required double ReturnGapMs { get; init; }

    /// <summary>The longest between two acknowledgements while nothing was wrong: what the machine does by itself.</summary>
    public required double CalmGapMs { get; init; }

    /// <summary>With nothing failing.</summary>
    public required double P50Ms { get; init; }

    /// <summary>With nothing failing.</summary>
    public required double P99Ms { get; init; }

    /// <summary>Of all that were acknowledged.</summary>
    public required double P999Ms { get; init; }

    /// <summary>Acknowledged, by the second in which they were.</summary>
    public required IReadOnlyList<int> AckedBySecond { get; init; }

    /// <summary>Failed or unknown, by the second in which the client knew.</summary>
    public required IReadOnlyList<int> NotAckedBySecond { get; init; }

    /// <summary>How many ended otherwise than acknowledged, by why.</summary>
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    public double LongestGapMs => GapsMs.Count == 0 ? 0 : GapsMs.Max();

    /// <summary>Of an even number of rounds the mean of the two in the middle.</summary>
    public double MedianGapMs
    {
        get
        {
            var sorted = GapsMs.Order().ToList();
            return sorted.Count == 0 ? 0 : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    public static LabFigures Of(IReadOnlyList<LabWrite> writes, IReadOnlyList<LabFault> faults, TimeSpan end)
    {
        var acked = writes.Where(static write => write.Outcome == LabOutcome.Acknowledged).ToList();
        var others = writes.Where(static write => write.Outcome != LabOutcome.Acknowledged).ToList();
        var answers = acked.Select(static write => write.Ended).Order().ToList();
        var calm = Latencies(acked.Where(write => IsCalm(write.Due, write.Ended, faults, end)));
        return new LabFigures
        {
            Acked = acked.Count,
            Failed = others.Count(static write => write.Outcome == LabOutcome.Failed),
            Unknown = others.Count(static write => write.Outcome != LabOutcome.Failed),
            GapsMs = [.. faults.Select(fault => LongestGap(answers, fault.From, fault.Back).TotalMilliseconds)],
            ReturnGapMs = faults.Select(fault => LongestGap(answers, fault.Back, fault.To).TotalMilliseconds).DefaultIfEmpty().Max(),
            CalmGapMs = LongestCalmGap(answers, faults, end).TotalMilliseconds,
            P50Ms = Percentile(calm, 0.5),
            P99Ms = Percentile(calm, 0.99),
            P999Ms = Percentile(Latencies(acked), 0.999),
            AckedBySecond = BySecond(acked, end),
            NotAckedBySecond = BySecond(others, end),
            Reasons = new SortedDictionary<string, long>(
                others.GroupBy(static write => write.Reason ?? "no answer").ToDictionary(static same => same.Key, static same => same.LongCount()),
                StringComparer.Ordinal),
        };
    }

    /// <summary>The longest time between two answers, of all such times that touch the span from one time to another. What never ends, ends there.</summary>
    /// <param name="answers">In order.</param>
    public static TimeSpan LongestGap(IReadOnlyList<TimeSpan> answers, TimeSpan from, TimeSpan to)
    {
        var longest = TimeSpan.Zero;
        TimeSpan? previous = null;
        foreach (var answer in answers)
        {
            if (answer > from)
            {
                longest = Longer(longest, answer - (previous ?? from));
            }

            previous = answer;
            if (answer >= to)
            {
                return longest;
            }
        }

        return Longer(longest, to - (previous ?? from));
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan LongestCalmGap(List<TimeSpan> answers, IReadOnlyList<LabFault> faults, TimeSpan end)
    {
        var longest = TimeSpan.Zero;
        for (var i = 1; i < answers.Count; i++)
        {
            if (answers[i] - answers[i - 1] > longest && IsCalm(answers[i - 1], answers[i], faults, end))
            {
                longest = answers[i] - answers[i - 1];
            }
        }

        return longest;
    }

    /// <summary>Nothing was wrong in all of the time between.</summary>
    private static bool IsCalm(TimeSpan from, TimeSpan to, IReadOnlyList<LabFault> faults, TimeSpan end)
    {
        if (from < Settling || to > end)
        {
            return false;
        }

        foreach (var fault in faults)
        {
            if (from < fault.To + Settling && to > fault.From)
            {
                return false;
            }
        }

        return true;
    }

    private static List<double> Latencies(IEnumerable<LabWrite> writes) => [.. writes.Select(static write => (write.Ended - write.Due).TotalMilliseconds).Order()];

    /// <param name="sorted">Zero if there are none.</param>
    private static double Percentile(List<double> sorted, double part) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, Math.Max(0, (int)Math.Ceiling(sorted.Count * part) - 1))];

    private static int[] BySecond(List<LabWrite> writes, TimeSpan end)
    {
        var seconds = new int[(int)Math.Ceiling(end.TotalSeconds)];
        foreach (var write in writes)
        {
            var second = (int)write.Ended.TotalSeconds;
            if (write.Outcome != LabOutcome.Pending && second < seconds.Length)
            {
                seconds[second]++;
            }
        }

        return seconds;
    }
}
