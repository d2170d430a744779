using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Coterie.Model.Types;

/// <summary>
/// A scale (4 bytes) and an unscaled varint: unscaled × 10^−scale. Ordered by number, and then, unlike in Cassandra, by scale: 1.0 and 1.00
/// are different bytes, so as keys they are different rows, and none of them is lost.
/// </summary>
/// <remarks>
/// In a key: 1, 2 or 3 for negative, zero, positive; unless zero the exponent e (8 bytes, sign flipped) and the digits d of 0.d × 10^e
/// without trailing zeros, two to a byte plus one, ended by 0, all inverted for negative numbers; then the scale (sign flipped). No
/// power of ten is ever computed from a scale, which a client may choose up to 2^31.
/// </remarks>
internal sealed class DecimalType() : NativeType("decimal", 0x0006, allowsEmpty: true)
{
    private const int ScaleBytes = sizeof(int);
    private const byte Negative = 1;
    private const byte Zero = 2;
    private const byte Positive = 3;

    /// <summary>Digits of an unscaled value that fills the longest key.</summary>
    private const int DigitsMax = 157_830;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var parts = Split(value);
        var span = destination.GetSpan(1 + sizeof(long) + (parts.Digits.Length / 2) + 2 + ScaleBytes);
        span[0] = parts.Class;
        var length = 1;
        if (parts.Class != Zero)
        {
            BinaryPrimitives.WriteInt64BigEndian(span[1..], parts.Exponent ^ long.MinValue);
            length += sizeof(long);
            for (var i = 0; i < parts.Digits.Length; i += 2)
            {
                var low = i + 1 < parts.Digits.Length ? parts.Digits[i + 1] - '0' : 0;
                span[length++] = (byte)(((parts.Digits[i] - '0') * 10) + low + 1);
            }

            span[length++] = 0;
            Invert(parts.Class, span[1..length]);
        }

        BinaryPrimitives.WriteInt32BigEndian(span[length..], parts.Scale ^ int.MinValue);
        destination.Advance(length + ScaleBytes);
    }

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        var kind = source.IsEmpty ? (byte)0 : source[0];
        var end = kind == Zero ? 1 : FindEnd(source, kind) + 1;
        if (source.Length < end + ScaleBytes)
        {
            throw Malformed("ends too early in a key");
        }

        var scale = BinaryPrimitives.ReadInt32BigEndian(source[end..]) ^ int.MinValue;
        var unscaled = kind == Zero ? BigInteger.Zero : ReadUnscaled(source[1..(end - 1)], kind, scale);
        var span = destination.GetSpan(ScaleBytes + unscaled.GetByteCount());
        BinaryPrimitives.WriteInt32BigEndian(span, scale);
        unscaled.TryWriteBytes(span[ScaleBytes..], out var written, isBigEndian: true);
        destination.Advance(ScaleBytes + written);
        return end + ScaleBytes;
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        if (value.Length <= ScaleBytes)
        {
            throw Malformed($"has {value.Length} bytes where a scale and a number are needed");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var leftParts = Split(left);
        var rightParts = Split(right);
        var byClass = leftParts.Class.CompareTo(rightParts.Class);
        if (byClass != 0)
        {
            return byClass;
        }

        var byExponent = leftParts.Exponent.CompareTo(rightParts.Exponent);
        var byMagnitude = byExponent != 0 ? byExponent : leftParts.Digits.SequenceCompareTo(rightParts.Digits);
        if (byMagnitude != 0)
        {
            return leftParts.Class == Negative ? -byMagnitude : byMagnitude;
        }

        return leftParts.Scale.CompareTo(rightParts.Scale);
    }

    private Parts Split(ReadOnlySpan<byte> value)
    {
        var scale = BinaryPrimitives.ReadInt32BigEndian(value);
        var bytes = VarintType.Shortest(value[ScaleBytes..]);
        if (bytes.Length > Limits.PartitionKeyBytesMax)
        {
            throw Malformed($"of {bytes.Length} bytes is too long to be a key or an element");
        }

        var unscaled = new BigInteger(bytes, isBigEndian: true);
        if (unscaled.IsZero)
        {
            return new Parts(Zero, 0, default, scale);
        }

        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
        return new Parts(unscaled.Sign < 0 ? Negative : Positive, digits.Length - (long)scale, digits.AsSpan().TrimEnd('0'), scale);
    }

    /// <summary>Where the byte stands that ends the digits.</summary>
    private int FindEnd(ReadOnlySpan<byte> source, byte kind)
    {
        var end = kind is Negative or Positive && source.Length > 1 + sizeof(long)
            ? source[(1 + sizeof(long))..].IndexOf(kind == Negative ? (byte)0xFF : (byte)0)
            : -1;
        return end > 0 ? end + 1 + sizeof(long) : throw Malformed("has no sign or no end in a key");
    }

    private BigInteger ReadUnscaled(ReadOnlySpan<byte> source, byte kind, int scale)
    {
        var flip = kind == Negative ? 0xFF : 0;
        var exponent = BinaryPrimitives.ReadInt64BigEndian(source) ^ long.MinValue ^ (kind == Negative ? -1 : 0);
        var pairs = source[sizeof(long)..];
        var count = exponent + scale;
        if (exponent is < -2L * int.MaxValue or > 2L * int.MaxValue || count <= 0 || count > DigitsMax || pairs.Length > DigitsMax)
        {
            throw Malformed("has an exponent in a key that cannot be");
        }

        Span<char> digits = new char[Math.Max((int)count, pairs.Length * 2)];
        digits.Fill('0');
        for (var i = 0; i < pairs.Length; i++)
        {
            var pair = (pairs[i] ^ flip) - 1;
            if (pair is < 0 or > 99)
            {
                throw Malformed("has a digit in a key that cannot be");
            }

            digits[2 * i] = (char)('0' + (pair / 10));
            digits[(2 * i) + 1] = (char)('0' + (pair % 10));
        }

        if (digits[0] == '0' || (pairs[^1] ^ flip) == 1 || digits[(int)count..].ContainsAnyExcept('0'))
        {
            throw Malformed("has zeros in a key that cannot be");
        }

        var magnitude = BigInteger.Parse(digits[..(int)count], NumberStyles.None, CultureInfo.InvariantCulture);
        return kind == Negative ? -magnitude : magnitude;
    }

    private static void Invert(byte kind, Span<byte> bytes)
    {
        if (kind == Negative)
        {
            Keys.InvertingWriter.Invert(bytes, bytes);
        }
    }

    private readonly ref struct Parts(byte kind, long exponent, ReadOnlySpan<char> digits, int scale)
    {
        public byte Class { get; } = kind;

        public long Exponent { get; } = exponent;

        public ReadOnlySpan<char> Digits { get; } = digits;

        public int Scale { get; } = scale;
    }
}
