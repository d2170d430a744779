namespace Coterie.WebConsole.Quorum;

/// <param name="Kind">Its colour: w of writes, r of reads, g of what both make together.</param>
public sealed record ChartCurve(string Name, string Kind, IReadOnlyList<ChartPoint> Points);
