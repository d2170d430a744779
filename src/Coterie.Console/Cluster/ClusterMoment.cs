using Coterie.Host.Admin;
using Coterie.WebConsole.Metrics;

namespace Coterie.WebConsole.Cluster;

/// <summary>What all nodes answered when they were asked together.</summary>
/// <param name="Number">Rises from moment to moment.</param>
/// <param name="Ring">As the node knew it whose metadata was newest; null: no node has said.</param>
/// <param name="NotAsked">Nodes that there are beyond the most that are asked.</param>
internal sealed record ClusterMoment(long Number, IReadOnlyList<NodeAnswer> Answers, RingReport? Ring, int NotAsked)
{
    /// <summary>How much all of it is: series and tables.</summary>
    public int Size => Answers.Sum(static answer => (answer.Metrics?.Families.Values.Sum(static family => family.Samples.Count) ?? 0) + (answer.Status?.Tables.Count ?? 0));
}

/// <summary>What one node answered.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Admin">Where it was asked.</param>
/// <param name="At">When it answered, on the clock of whoever asked.</param>
/// <param name="Problem">Why it did not; null: it did.</param>
internal sealed record NodeAnswer(string Name, string Admin, TimeSpan At, StatusReport? Status, MetricSet? Metrics, string? Problem)
{
    /// <summary>What it answered the time before, if that is not long ago; null: it did not. That one has none of its own.</summary>
    public NodeAnswer? Before { get; init; }

    public double? SecondsSinceBefore => Before is null || At <= Before.At ? null : (At - Before.At).TotalSeconds;
}
