using System.Globalization;

namespace Coterie.Host.Configuration;

/// <summary>A non-negative decimal number followed by a unit, the one form of every quantity in the configuration.</summary>
internal static class UnitText
{
    public static bool TrySplit(string text, out decimal number, out string unit)
    {
        var trimmed = text.Trim();
        var digits = 0;
        while (digits < trimmed.Length && (char.IsAsciiDigit(trimmed[digits]) || trimmed[digits] == '.'))
        {
            digits++;
        }

        unit = trimmed[digits..].TrimStart();
        return decimal.TryParse(trimmed.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 1_000_000_000_000m
            && unit.Length > 0;
    }
}
