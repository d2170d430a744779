using System.Globalization;

namespace Coterie.Host.Configuration;

/// <summary>Amounts of bytes with their unit: <c>64MiB</c>, <c>1GiB</c>. Only units that mean one thing are taken: <c>64MB</c> or <c>64M</c> is refused.</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("B", 1), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    public static string UnitsText { get; } = "B, KiB, MiB, GiB or TiB";

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (!UnitText.TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        foreach (var (name, size) in Units)
        {
            if (name == unit)
            {
                var product = number * size;
                if (product > long.MaxValue || product != decimal.Truncate(product))
                {
                    return false;
                }

                bytes = (long)product;
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit that gives a whole number.</summary>
    public static string Format(long bytes)
    {
        for (var i = Units.Length - 1; i >= 0; i--)
        {
            if (bytes % Units[i].Bytes == 0 && bytes != 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / Units[i].Bytes}{Units[i].Unit}");
            }
        }

        return "0B";
    }

    /// <summary>Rounded, for people: <c>12.3 MiB</c>.</summary>
    public static string Describe(long bytes)
    {
        var unit = Units.Length - 1;
        while (unit > 0 && bytes < Units[unit].Bytes)
        {
            unit--;
        }

        var amount = (double)bytes / Units[unit].Bytes;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? bytes : Math.Round(amount, 1)):0.#} {Units[unit].Unit}");
    }
}
