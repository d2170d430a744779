using System.Text.Json.Serialization;

namespace Coterie.WebConsole.Metrics;

/// <summary>The metrics of all nodes side by side.</summary>
/// <param name="Nodes">The columns.</param>
/// <param name="Filter">Every word of it is in the name, the help text or the labels of what is listed.</param>
/// <param name="Families">Those that match, as many as are shown.</param>
/// <param name="FamiliesFound">Those that match.</param>
/// <param name="FamiliesTotal">All that any node has.</param>
public sealed record MetricsReport(
    IReadOnlyList<MetricsNode> Nodes, string Filter, IReadOnlyList<MetricLines> Families, int FamiliesFound, int FamiliesTotal);

/// <param name="Problem">Why there are no metrics of it, or not all; null: nothing is wrong.</param>
public sealed record MetricsNode(string Name, bool Answers, string? Problem);

/// <param name="Type">counter, gauge, histogram, summary or untyped.</param>
/// <param name="LinesTotal">Of the family, with those that are not shown.</param>
public sealed record MetricLines(string Name, string Help, string Type, IReadOnlyList<MetricLine> Lines, int LinesTotal);

/// <summary>One series on all nodes.</summary>
/// <param name="Series">Name, and labels if it has any.</param>
/// <param name="Values">By node, in the order of the columns; null: that node has none.</param>
/// <param name="Rates">A second, of what only counts up; null: not known, or it makes no sense.</param>
public sealed record MetricLine(string Series, IReadOnlyList<double?> Values, IReadOnlyList<double?> Rates);

/// <summary>Why a question about metrics is not answered.</summary>
public sealed record MetricsProblem(string Problem);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(MetricsReport))]
[JsonSerializable(typeof(MetricsProblem))]
internal sealed partial class MetricsJson : JsonSerializerContext;
