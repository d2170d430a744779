namespace Coterie.WebConsole.Metrics;

/// <summary>All that one node said of itself in numbers.</summary>
/// <param name="Families">By name.</param>
/// <param name="Broken">Lines that were not what they should be, and were left out.</param>
/// <param name="FirstBroken">The first of them: where, and why. Null: none was.</param>
/// <param name="IsCut">There were more samples than are taken in.</param>
internal sealed record MetricSet(IReadOnlyDictionary<string, MetricFamily> Families, int Broken, string? FirstBroken, bool IsCut)
{
    public static MetricSet Nothing { get; } = new(new Dictionary<string, MetricFamily>(), 0, null, false);

    /// <summary>The value of a metric that has one only; null: it is not there.</summary>
    public double? Single(string name) => Families.TryGetValue(name, out var family) && family.Samples is [var sample] ? sample.Value : null;
}

/// <param name="Type">counter, gauge, histogram, summary or untyped.</param>
internal sealed record MetricFamily(string Name, string Help, string Type, IReadOnlyList<MetricSample> Samples);

/// <param name="Name">Of the family; for parts of a histogram with a suffix.</param>
/// <param name="Labels">As they stand between the braces; empty: none.</param>
internal sealed record MetricSample(string Name, string Labels, double Value)
{
    /// <summary>What tells it from the others of its family.</summary>
    public string Key { get; } = Labels.Length == 0 ? Name : $"{Name}{{{Labels}}}";
}
