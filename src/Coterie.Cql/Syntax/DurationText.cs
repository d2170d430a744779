using System.Globalization;

namespace Coterie.Cql.Syntax;

/// <summary>
/// The three ways of writing a duration (CQL reference, "Working with durations"): with units, <c>1y2mo3w4d5h6m7s8ms9us10ns</c>;
/// ISO 8601 with designators, <c>P1Y2M3DT4H5M6S</c> or <c>P3W</c>; and ISO 8601's alternative, <c>P0001-02-03T04:05:06</c>.
/// </summary>
internal static class DurationText
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // By rank: units must be given from the largest to the smallest, each once.
    private static readonly (string Name, int Rank, long Months, long Days, long Nanoseconds)[] Units =
    [
        ("ns", 10, 0, 0, 1),
        ("us", 9, 0, 0, 1_000), ("µs", 9, 0, 0, 1_000), ("μs", 9, 0, 0, 1_000),
        ("ms", 8, 0, 0, 1_000_000),
        ("mo", 2, 1, 0, 0),
        ("y", 1, 12, 0, 0),
        ("w", 3, 0, 7, 0),
        ("d", 4, 0, 1, 0),
        ("h", 5, 0, 0, 3_600 * NanosecondsPerSecond),
        ("m", 6, 0, 0, 60 * NanosecondsPerSecond),
        ("s", 7, 0, 0, NanosecondsPerSecond),
    ];

    /// <summary>Whether the word has the shape of a duration with units; its order and range are checked by <see cref="TryParse"/>.</summary>
    public static bool IsUnits(ReadOnlySpan<char> word) => TryParseUnits(word, out _, out _, out _, checkOrder: false);

    /// <summary>Whether ISO's alternative format begins at <paramref name="start"/>: it alone would not be one word otherwise.</summary>
    public static bool IsAlternativeIsoAt(string text, int start, out int length)
    {
        const string Pattern = "Pdddd-dd-ddTdd:dd:dd";
        length = Pattern.Length;
        if (start + length > text.Length)
        {
            return false;
        }

        for (var i = 0; i < length; i++)
        {
            var c = text[start + i];
            if (Pattern[i] == 'd' ? !char.IsAsciiDigit(c) : char.ToUpperInvariant(c) != Pattern[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads any of the three forms, without sign. False: not a duration, or over the range of its parts.</summary>
    public static bool TryParse(ReadOnlySpan<char> word, out int months, out int days, out long nanoseconds)
    {
        long wideMonths = 0, wideDays = 0;
        nanoseconds = 0;
        var found = word.Length > 1 && word[0] is 'P' or 'p'
            ? word.Contains('-') ? TryParseAlternative(word, out wideMonths, out wideDays, out nanoseconds)
                                 : TryParseDesignators(word[1..], out wideMonths, out wideDays, out nanoseconds)
            : TryParseUnits(word, out wideMonths, out wideDays, out nanoseconds, checkOrder: true);
        months = (int)Math.Min(wideMonths, int.MaxValue);
        days = (int)Math.Min(wideDays, int.MaxValue);
        return found && wideMonths <= int.MaxValue && wideDays <= int.MaxValue;
    }

    private static bool TryParseUnits(ReadOnlySpan<char> word, out long months, out long days, out long nanoseconds, bool checkOrder)
    {
        months = days = nanoseconds = 0;
        var rank = 0;
        var at = 0;
        while (at < word.Length)
        {
            if (!TryReadNumber(word, ref at, out var number) || !TryReadUnit(word, ref at, out var unit))
            {
                return false;
            }

            if (checkOrder && unit.Rank <= rank)
            {
                return false;
            }

            rank = unit.Rank;
            if (!TryAdd(ref months, number, unit.Months) || !TryAdd(ref days, number, unit.Days)
                || !TryAdd(ref nanoseconds, number, unit.Nanoseconds))
            {
                return !checkOrder;
            }
        }

        return word.Length > 0;
    }

    private static bool TryReadUnit(
        ReadOnlySpan<char> word, ref int at, out (string Name, int Rank, long Months, long Days, long Nanoseconds) unit)
    {
        foreach (var candidate in Units)
        {
            var rest = word[at..];
            if (rest.StartsWith(candidate.Name, StringComparison.OrdinalIgnoreCase)
                && (rest.Length == candidate.Name.Length || char.IsAsciiDigit(rest[candidate.Name.Length])))
            {
                at += candidate.Name.Length;
                unit = candidate;
                return true;
            }
        }

        unit = default;
        return false;
    }

    private static bool TryParseDesignators(ReadOnlySpan<char> word, out long months, out long days, out long nanoseconds)
    {
        months = days = nanoseconds = 0;
        var inTime = false;
        var rank = 0;
        var at = 0;
        var any = false;
        while (at < word.Length)
        {
            if (!inTime && word[at] is 'T' or 't')
            {
                inTime = true;
                at++;
                continue;
            }

            if (!TryReadNumber(word, ref at, out var number) || at >= word.Length)
            {
                return false;
            }

            var designator = char.ToUpperInvariant(word[at++]);
            var (next, perMonth, perDay, perTime) = Designator(designator, inTime);
            if (next <= rank
                || !TryAdd(ref months, number, perMonth) || !TryAdd(ref days, number, perDay) || !TryAdd(ref nanoseconds, number, perTime))
            {
                return false;
            }

            rank = next;
            any = true;
        }

        return any;
    }

    private static (int Rank, long Months, long Days, long Nanoseconds) Designator(char designator, bool inTime) => (designator, inTime) switch
    {
        ('Y', false) => (1, 12, 0, 0),
        ('M', false) => (2, 1, 0, 0),
        ('W', false) => (3, 0, 7, 0),
        ('D', false) => (4, 0, 1, 0),
        ('H', true) => (5, 0, 0, 3_600 * NanosecondsPerSecond),
        ('M', true) => (6, 0, 0, 60 * NanosecondsPerSecond),
        ('S', true) => (7, 0, 0, NanosecondsPerSecond),
        _ => (0, 0, 0, 0),
    };

    private static bool TryParseAlternative(ReadOnlySpan<char> word, out long months, out long days, out long nanoseconds)
    {
        // Pdddd-dd-ddTdd:dd:dd, whose shape the lexer has checked, or something else in a string literal.
        months = days = nanoseconds = 0;
        if (!IsAlternativeIsoAt(word.ToString(), 0, out var length) || length != word.Length)
        {
            return false;
        }

        months = (Digits(word[1..5]) * 12) + Digits(word[6..8]);
        days = Digits(word[9..11]);
        nanoseconds = ((Digits(word[12..14]) * 3_600) + (Digits(word[15..17]) * 60) + Digits(word[18..20])) * NanosecondsPerSecond;
        return true;
    }

    private static long Digits(ReadOnlySpan<char> digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool TryReadNumber(ReadOnlySpan<char> word, ref int at, out long number)
    {
        var start = at;
        while (at < word.Length && char.IsAsciiDigit(word[at]))
        {
            at++;
        }

        if (!long.TryParse(word[start..at], NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            // Too many digits still have the shape of a number; the value is refused for its range.
            number = long.MaxValue;
        }

        return at > start;
    }

    private static bool TryAdd(ref long total, long number, long factor)
    {
        if (factor == 0)
        {
            return true;
        }

        var sum = total + ((Int128)number * factor);
        total = sum > long.MaxValue ? long.MaxValue : (long)sum;
        return sum <= long.MaxValue;
    }
}
