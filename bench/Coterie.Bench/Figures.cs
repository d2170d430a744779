namespace Coterie.Bench;

/// <summary>What stands of many measurements: the middle one, since what else the machine does falls into some of them only.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
