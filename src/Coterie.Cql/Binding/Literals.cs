using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Coterie.Cql.Syntax;
using Coterie.Model;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>
/// From constants to wire bytes, by Cassandra's rules of what may be assigned to what (<c>Constants.Literal</c>): integers to every numeric
/// type and to the types of time, floats to float, double and decimal, strings to text, ascii, inet and the types of time.
/// </summary>
internal static class Literals
{
    // Longer numbers are refused rather than spent time on: reading them takes more than linear time.
    private const int DigitsMax = 10_000;

    /// <exception cref="CqlInvalidException">The constant is not one of the type; the message names <paramref name="receiver"/>.</exception>
    public static byte[] Encode(LiteralTerm literal, CqlType type, string receiver)
    {
        try
        {
            var bytes = type is NativeType ? TryEncode(literal, type.CqlName) : null;
            if (bytes is null)
            {
                throw new CqlInvalidException(
                    $"Invalid {literal.Kind.ToString().ToUpperInvariant()} constant ({Quoted.Of(literal.Text)}) for \"{receiver}\" of type {type.CqlName}");
            }

            type.Validate(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or MalformedDataException)
        {
            throw new CqlInvalidException($"Unable to make {type.CqlName} from '{Quoted.Of(literal.Text)}' for \"{receiver}\": {exception.Message}");
        }
    }

    private static byte[]? TryEncode(LiteralTerm literal, string type) => literal.Kind switch
    {
        LiteralKind.Integer => FromInteger(literal.Text, type),
        LiteralKind.Float => FromFloat(literal.Text, type),
        LiteralKind.String => FromString(literal.Text, type),
        LiteralKind.Boolean => type == "boolean" ? [literal.Text == "true" ? (byte)1 : (byte)0] : null,
        LiteralKind.Uuid => type is "uuid" or "timeuuid" ? FromUuid(literal.Text) : null,
        LiteralKind.Hex => type == "blob" ? Convert.FromHexString(literal.Text) : null,
        LiteralKind.Duration => type == "duration" ? FromDuration(literal.Text) : null,
        _ => null,
    };

    private static byte[]? FromInteger(string text, string type)
    {
        if (type is "float" or "double" or "decimal")
        {
            return FromFloat(text, type);
        }

        if (type is not ("tinyint" or "smallint" or "int" or "bigint" or "timestamp" or "time" or "date" or "varint"))
        {
            return null;
        }

        var number = Integer(text);
        return type switch
        {
            "tinyint" => [(byte)(sbyte)number],
            "smallint" => BigEndian((short)number),
            "int" => BigEndian((int)number),
            "date" => BigEndian(unchecked((int)(uint)number)),
            "varint" => number.ToByteArray(isBigEndian: true),
            _ => BigEndian((long)number),
        };
    }

    private static byte[]? FromFloat(string text, string type) => type switch
    {
        // The NaN that Java has, and so drivers send: .NET's has another sign, and would be another key.
        "float" when text is "NaN" or "-NaN" => BigEndian(0x7FC0_0000),
        "double" when text is "NaN" or "-NaN" => BigEndian(0x7FF8_0000_0000_0000),
        "float" => BigEndian(BitConverter.SingleToInt32Bits(float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))),
        "double" => BigEndian(BitConverter.DoubleToInt64Bits(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))),
        "decimal" => FromDecimal(text),
        _ => null,
    };

    private static byte[]? FromString(string text, string type) => type switch
    {
        "text" => Utf8(text),
        "ascii" => Ascii.IsValid(text) ? Encoding.ASCII.GetBytes(text) : throw new FormatException("it has characters that are not ASCII"),
        "inet" => TextValues.Inet(text),
        "timestamp" => BigEndian(TextValues.Timestamp(text)),
        "date" => BigEndian(unchecked((int)TextValues.Date(text))),
        "time" => BigEndian(TextValues.TimeOfDay(text)),
        "uuid" or "timeuuid" => FromUuid(text),
        _ => null,
    };

    private static byte[] Utf8(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new FormatException("it is not valid Unicode");
        }
    }

    private static byte[] FromUuid(string text) => Guid.TryParseExact(text, "D", out var uuid)
        ? uuid.ToByteArray(bigEndian: true)
        : throw new FormatException("it is not a UUID");

    /// <summary>Scale (4 bytes), then the unscaled number: 1.50 is 150 with scale 2.</summary>
    private static byte[] FromDecimal(string text)
    {
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            throw new FormatException("a decimal is a finite number");
        }

        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var scale = checked((point < 0 ? 0 : mantissa.Length - point - 1) - exponent);
        var unscaled = Integer(point < 0 ? mantissa : mantissa.Remove(point, 1)).ToByteArray(isBigEndian: true);
        var bytes = new byte[sizeof(int) + unscaled.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, scale);
        unscaled.CopyTo(bytes, sizeof(int));
        return bytes;
    }

    private static byte[] FromDuration(string text)
    {
        var negative = text[0] == '-';
        if (!DurationText.TryParse(negative ? text.AsSpan(1) : text, out var months, out var days, out var nanoseconds))
        {
            throw new FormatException("its units are not in order, or it is out of range");
        }

        var sign = negative ? -1 : 1;
        var bytes = new List<byte>();
        WriteSigned(bytes, (long)sign * months);
        WriteSigned(bytes, (long)sign * days);
        WriteSigned(bytes, sign * nanoseconds);
        return [.. bytes];
    }

    /// <summary>A signed variable length integer (native protocol v5 §3, [vint]): the leading one bits of the first byte count the bytes that follow.</summary>
    private static void WriteSigned(List<byte> bytes, long value)
    {
        var number = (ulong)((value << 1) ^ (value >> 63));
        var more = 0;
        while (more < 8 && number >> (7 * (more + 1)) != 0)
        {
            more++;
        }

        bytes.Add(more == 8 ? (byte)0xFF : (byte)((byte)(0xFF << (8 - more)) | (byte)(number >> (8 * more))));
        for (var i = more - 1; i >= 0; i--)
        {
            bytes.Add((byte)(number >> (8 * i)));
        }
    }

    private static BigInteger Integer(string text) => text.Length <= DigitsMax
        ? BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : throw new FormatException($"it has over {DigitsMax} digits");

    private static byte[] BigEndian(short value)
    {
        var bytes = new byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
