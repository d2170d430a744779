using System.Globalization;

namespace Coterie.Host.Configuration;

/// <summary>Lengths of time as people write them: a number and its unit, <c>500ms</c>, <c>1.5s</c>, <c>10min</c>. A number alone is refused.</summary>
public static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("us", TimeSpan.FromMicroseconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("min", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    public static string UnitsText { get; } = "us, ms, s, min, h or d";

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (!UnitText.TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        foreach (var (name, length) in Units)
        {
            if (name == unit)
            {
                var ticks = number * length.Ticks;
                if (ticks > TimeSpan.MaxValue.Ticks)
                {
                    return false;
                }

                value = new TimeSpan((long)ticks);
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit that gives a whole number.</summary>
    public static string Format(TimeSpan value)
    {
        for (var i = Units.Length - 1; i >= 0; i--)
        {
            if (value.Ticks % Units[i].Length.Ticks == 0 && value != TimeSpan.Zero)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / Units[i].Length.Ticks}{Units[i].Unit}");
            }
        }

        return "0s";
    }

    /// <summary>For people, in the two largest units: <c>3min 20s</c>.</summary>
    public static string Describe(TimeSpan value)
    {
        var c = CultureInfo.InvariantCulture;
        return value.TotalDays >= 1 ? string.Create(c, $"{(int)value.TotalDays}d {value.Hours}h")
            : value.TotalHours >= 1 ? string.Create(c, $"{value.Hours}h {value.Minutes}min")
            : value.TotalMinutes >= 1 ? string.Create(c, $"{value.Minutes}min {value.Seconds}s")
            : string.Create(c, $"{value.Seconds}s");
    }
}
