using System.Globalization;

namespace Coterie.Model.Quorum.Reports;

/// <summary>Shares in per cent. One that is less than 1 never reads as 100 %, nor one that is more than 0 as 0 %.</summary>
public static class Percentages
{
    // Nobody counts nines in a row that is longer.
    private const double LeastMissing = 1e-10;
    private const double LeastShare = 1e-3;

    /// <summary>As many digits as there are nines, and one.</summary>
    public static string Of(double share) => Of(share, 1 - share);

    /// <summary>The share of the time in which requests are answered.</summary>
    public static string Of(AvailabilityReport report) => Of(report.Availability, report.Unavailability);

    /// <param name="missing">To 1: where it is too small to make the share less than 1 in a double, it counts all the same.</param>
    private static string Of(double share, double missing)
    {
        var digits = missing > 0 ? Math.Clamp((int)Math.Ceiling(-Math.Log10(missing)), 1, 12) : 0;
        return missing is > 0 and < LeastMissing ? "more than 99.99999999 %"
            : share is > 0 and < LeastShare ? "less than 0.1 %"
            : (share * 100).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture) + " %";
    }
}
