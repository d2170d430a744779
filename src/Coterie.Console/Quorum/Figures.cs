using System.Globalization;
using Coterie.Model.Quorum.Reports;

namespace Coterie.WebConsole.Quorum;

/// <summary>Numbers as the page writes them.</summary>
internal static class Figures
{
    /// <summary>Of nines, on the axes of their chart.</summary>
    public static string Nines(double value) => double.IsInfinity(value) ? "all" : value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Three digits, or all before the point.</summary>
    public static string Plain(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);

    /// <summary>Two digits behind the point, and more only where these would make 100 % of less.</summary>
    public static string Share(double value) =>
        value is > .9999 and < 1 ? Percentages.Of(value) : value.ToString("0.## %", CultureInfo.InvariantCulture);

    /// <summary>Thousands apart.</summary>
    public static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Where an axis of shares begins whose least is this. Near 1 what matters is the rest: it begins at a half, nine tenths or more.</summary>
    public static double SeenFrom(double least) => least switch { < .5 => 0, < .9 => .5, < .98 => .9, _ => .96 };
}
