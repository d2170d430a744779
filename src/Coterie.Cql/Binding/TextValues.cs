using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Coterie.Cql.Binding;

/// <summary>Types of time and addresses written as strings (CQL reference, "Working with timestamps", "dates", "times").</summary>
internal static partial class TextValues
{
    private const long MillisecondsPerDay = 86_400_000;
    private const long EpochDay = 1L << 31;
    private const int LengthMax = 64;

    /// <summary>Milliseconds since the Unix epoch. Without a time zone: UTC. Digits after the third of a fraction are dropped.</summary>
    public static long Timestamp(string text)
    {
        if (text.Length <= LengthMax && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return milliseconds;
        }

        var match = Match(TimestampPattern(), text, "yyyy-mm-dd[(T| )hh:mm[:ss[.fff]]][zone]");
        var day = DaysSinceEpoch(Number(match, "y"), (int)Number(match, "m"), (int)Number(match, "d"));
        var ofDay = (Number(match, "h") * 3_600_000) + (Number(match, "n") * 60_000) + (Number(match, "s") * 1_000);
        CheckTime(match);
        var fraction = match.Groups["f"].Value;
        ofDay += fraction.Length == 0 ? 0 : long.Parse(fraction.PadRight(3, '0')[..3], NumberStyles.None, CultureInfo.InvariantCulture);
        var zone = (Number(match, "zh") * 60) + Number(match, "zm");
        return (day * MillisecondsPerDay) + ofDay - ((match.Groups["zs"].Value == "-" ? -zone : zone) * 60_000);
    }

    /// <summary>Days as the wire has them, 2^31 being 1970-01-01; a string of digits is that number itself.</summary>
    public static uint Date(string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days))
        {
            return days;
        }

        var match = Match(DatePattern(), text, "yyyy-mm-dd");
        return checked((uint)(DaysSinceEpoch(Number(match, "y"), (int)Number(match, "m"), (int)Number(match, "d")) + EpochDay));
    }

    /// <summary>Nanoseconds since midnight; a string of digits is that number itself.</summary>
    public static long TimeOfDay(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds))
        {
            return nanoseconds;
        }

        var match = Match(TimePattern(), text, "hh:mm:ss[.fffffffff]");
        CheckTime(match);
        var seconds = (Number(match, "h") * 3_600) + (Number(match, "n") * 60) + Number(match, "s");
        var fraction = match.Groups["f"].Value;
        return (seconds * 1_000_000_000) + (fraction.Length == 0
            ? 0
            : long.Parse(fraction.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>An IPv4 address in four decimal parts, or an IPv6 address; one that stands for an IPv4 address is that. No names: they are not looked up.</summary>
    public static byte[] Inet(string text)
    {
        if (text.Length <= LengthMax && DottedPattern().IsMatch(text))
        {
            // Not IPAddress, which reads parts that begin with a zero as octal.
            return Array.ConvertAll(text.Split('.'), part => byte.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        var known = text.Length <= LengthMax && !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
            && text.Contains(':', StringComparison.Ordinal);
        return known && IPAddress.TryParse(text, out var address)
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes()
            : throw new FormatException("it is not an IP address");
    }

    private static Match Match(Regex pattern, string text, string format)
    {
        var match = text.Length <= LengthMax ? pattern.Match(text) : System.Text.RegularExpressions.Match.Empty;
        return match.Success ? match : throw new FormatException($"it is not of the form {format}");
    }

    private static long Number(Match match, string group) =>
        match.Groups[group] is { Success: true } found ? long.Parse(found.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;

    private static void CheckTime(Match match)
    {
        if (Number(match, "h") > 23 || Number(match, "n") > 59 || Number(match, "s") > 59 || Number(match, "zh") > 18 || Number(match, "zm") > 59)
        {
            throw new FormatException("it has hours, minutes or seconds that do not exist");
        }
    }

    /// <summary>In the proleptic Gregorian calendar, for years that DateTime does not know as well (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").</summary>
    private static long DaysSinceEpoch(long year, int month, int day)
    {
        var leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        var length = month switch { 2 => leap ? 29 : 28, 4 or 6 or 9 or 11 => 30, >= 1 and <= 12 => 31, _ => 0 };
        if (day < 1 || day > length)
        {
            throw new FormatException("it has a month or a day that does not exist");
        }

        var shifted = month <= 2 ? year - 1 : year;
        var era = (shifted >= 0 ? shifted : shifted - 399) / 400;
        var yearOfEra = shifted - (era * 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    [GeneratedRegex(
        @"\A(?<y>-?[0-9]{4,7})-(?<m>[0-9]{1,2})-(?<d>[0-9]{1,2})(?:[T ](?<h>[0-9]{1,2}):(?<n>[0-9]{2})(?::(?<s>[0-9]{2})(?:\.(?<f>[0-9]{1,9}))?)?)? ?(?:Z|UTC|GMT|(?<zs>[+-])(?<zh>[0-9]{2}):?(?<zm>[0-9]{2})?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TimestampPattern();

    [GeneratedRegex(@"\A(?<y>-?[0-9]{4,7})-(?<m>[0-9]{1,2})-(?<d>[0-9]{1,2})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DatePattern();

    [GeneratedRegex(@"\A(?<h>[0-9]{1,2}):(?<n>[0-9]{1,2}):(?<s>[0-9]{1,2})(?:\.(?<f>[0-9]{1,9}))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TimePattern();

    [GeneratedRegex(@"\A[0-9]{1,3}(\.[0-9]{1,3}){3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DottedPattern();
}
