using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Coterie.Model;

namespace Coterie.Host.CqlClient;

/// <summary>
/// Wire values as CQL literals for people to read (native protocol v4 §6). Control characters are escaped, so that stored data cannot steer the
/// terminal it is shown on.
/// </summary>
public static class ValueText
{
    private const int PlainScaleMax = 100;
    private const long EpochDay = 1L << 31;

    public static string Format(WireType type, ReadOnlyMemory<byte>? value) => value is { } bytes ? FormatTop(type, bytes.Span) : "null";

    /// <summary>Whether columns of this type are read most easily when their right ends are aligned.</summary>
    public static bool IsNumeric(WireType type) => type.Id is WireTypeId.Bigint or WireTypeId.Int or WireTypeId.Smallint or WireTypeId.Tinyint
        or WireTypeId.Varint or WireTypeId.Decimal or WireTypeId.Double or WireTypeId.Float or WireTypeId.Counter;

    public static string Escape(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\t' => escaped.Append("\\t"),
                '\r' => escaped.Append("\\r"),
                _ when char.IsControl(c) => escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    private static string FormatTop(WireType type, ReadOnlySpan<byte> value) =>
        type.Id is WireTypeId.Ascii or WireTypeId.Varchar ? Escape(Encoding.UTF8.GetString(value)) : FormatValue(type, value);

    private static string FormatValue(WireType type, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty && type.Id is not (WireTypeId.Ascii or WireTypeId.Varchar or WireTypeId.Blob or WireTypeId.Custom))
        {
            return "(empty)";
        }

        try
        {
            return type.Id switch
            {
                WireTypeId.Ascii or WireTypeId.Varchar => $"'{Escape(Encoding.UTF8.GetString(value)).Replace("'", "''", StringComparison.Ordinal)}'",
                WireTypeId.List => FormatElements(type, value, '[', ']'),
                WireTypeId.Set => FormatElements(type, value, '{', '}'),
                WireTypeId.Map => FormatMap(type, value),
                WireTypeId.Custom when type.Custom!.EndsWith("DurationType", StringComparison.Ordinal) => FormatDuration(value),
                _ => FormatScalar(type.Id, value),
            };
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or MalformedDataException or OverflowException)
        {
            return $"(not a {type.Id}: 0x{Convert.ToHexStringLower(value)})";
        }
    }

    private static string FormatScalar(WireTypeId type, ReadOnlySpan<byte> value)
    {
        var culture = CultureInfo.InvariantCulture;
        return type switch
        {
            WireTypeId.Bigint or WireTypeId.Counter => BinaryPrimitives.ReadInt64BigEndian(value).ToString(culture),
            WireTypeId.Int => BinaryPrimitives.ReadInt32BigEndian(value).ToString(culture),
            WireTypeId.Smallint => BinaryPrimitives.ReadInt16BigEndian(value).ToString(culture),
            WireTypeId.Tinyint => ((sbyte)value[0]).ToString(culture),
            WireTypeId.Boolean => value[0] == 0 ? "false" : "true",
            WireTypeId.Double => FormatFloating(BinaryPrimitives.ReadDoubleBigEndian(value)),
            WireTypeId.Float => FormatFloating(BinaryPrimitives.ReadSingleBigEndian(value)),
            WireTypeId.Varint => new BigInteger(value, isUnsigned: false, isBigEndian: true).ToString(culture),
            WireTypeId.Decimal => FormatDecimal(BinaryPrimitives.ReadInt32BigEndian(value), new BigInteger(value[4..], isUnsigned: false, isBigEndian: true)),
            WireTypeId.Uuid or WireTypeId.Timeuuid => new Guid(value, bigEndian: true).ToString("D"),
            WireTypeId.Inet => new IPAddress(value).ToString(),
            WireTypeId.Timestamp => FormatTimestamp(BinaryPrimitives.ReadInt64BigEndian(value)),
            WireTypeId.Date => FormatDate(BinaryPrimitives.ReadUInt32BigEndian(value)),
            WireTypeId.Time => FormatTime(BinaryPrimitives.ReadInt64BigEndian(value)),
            WireTypeId.Duration => FormatDuration(value),
            _ => $"0x{Convert.ToHexStringLower(value)}",
        };
    }

    private static string FormatFloating(double value) => double.IsFinite(value)
        ? value.ToString("R", CultureInfo.InvariantCulture)
        : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static string FormatFloating(float value) => float.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : FormatFloating((double)value);

    private static string FormatDecimal(int scale, BigInteger unscaled)
    {
        if (scale is < 0 or > PlainScaleMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{unscaled}E{-(long)scale}");
        }

        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static string FormatTimestamp(long milliseconds)
    {
        var least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
        var most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return milliseconds < least || milliseconds > most
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms")
            : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);
    }

    private static string FormatDate(uint stored)
    {
        var days = stored - EpochDay;
        var date = days + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return date < 0 || date > DateOnly.MaxValue.DayNumber
            ? string.Create(CultureInfo.InvariantCulture, $"day {days}")
            : DateOnly.FromDayNumber((int)date).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string FormatTime(long nanoseconds) => string.Create(
        CultureInfo.InvariantCulture, $"{new TimeSpan(nanoseconds / 100):hh\\:mm\\:ss}.{nanoseconds % 1_000_000_000:000000000}");

    private static string FormatElements(WireType type, ReadOnlySpan<byte> value, char open, char close)
    {
        var text = new StringBuilder().Append(open);
        var count = TakeInt(ref value);
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(FormatElement(type.First!, ref value));
        }

        return text.Append(close).ToString();
    }

    private static string FormatMap(WireType type, ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder().Append('{');
        var count = TakeInt(ref value);
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(FormatElement(type.First!, ref value)).Append(": ").Append(FormatElement(type.Second!, ref value));
        }

        return text.Append('}').ToString();
    }

    private static string FormatElement(WireType type, ref ReadOnlySpan<byte> value)
    {
        var length = TakeInt(ref value);
        if (length < 0)
        {
            return "null";
        }

        var element = value[..length];
        value = value[length..];
        return FormatValue(type, element);
    }

    private static int TakeInt(ref ReadOnlySpan<byte> value)
    {
        var taken = BinaryPrimitives.ReadInt32BigEndian(value);
        value = value[4..];
        return taken;
    }

    private static string FormatDuration(ReadOnlySpan<byte> value)
    {
        var months = TakeVint(ref value);
        var days = TakeVint(ref value);
        var nanoseconds = TakeVint(ref value);
        var text = new StringBuilder(months < 0 || days < 0 || nanoseconds < 0 ? "-" : "");
        AppendUnits(text, (ulong)Math.Abs(months), [("y", 12), ("mo", 1)]);
        AppendUnits(text, (ulong)Math.Abs(days), [("d", 1)]);
        var magnitude = nanoseconds == long.MinValue ? 1UL << 63 : (ulong)Math.Abs(nanoseconds);
        AppendUnits(text, magnitude, [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)]);
        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static void AppendUnits(StringBuilder text, ulong amount, ReadOnlySpan<(string Name, ulong Size)> units)
    {
        foreach (var (name, size) in units)
        {
            if (amount / size > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{amount / size}{name}");
                amount %= size;
            }
        }
    }

    /// <summary>[vint], zig-zag: as many leading ones in the first byte as bytes follow (native protocol v5 §3, as durations have it in v4 too).</summary>
    private static long TakeVint(ref ReadOnlySpan<byte> value)
    {
        var first = value[0];
        var extra = BitOperations.LeadingZeroCount((uint)(byte)~first) - 24;
        ulong bits = extra >= 8 ? 0 : (ulong)(first & (0xFF >> (extra + 1)));
        for (var i = 1; i <= extra; i++)
        {
            bits = (bits << 8) | value[i];
        }

        value = value[(extra + 1)..];
        return (long)(bits >> 1) ^ -(long)(bits & 1);
    }
}
