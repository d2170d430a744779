using System.Buffers;
using System.Runtime.CompilerServices;

namespace Coterie.Model.Encoding;

/// <summary>
/// Unsigned integers in seven bits a byte, least significant first, the high bit saying that more follow (LEB128). Canonical: only the
/// shortest form of a number is accepted, so equal numbers are equal bytes.
/// </summary>
public static class Varint
{
    /// <summary>Bytes of the longest form.</summary>
    public const int BytesMax = 10;

    /// <summary>Writes the number at the front of the span and returns how many bytes it took.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    public static void Write(IBufferWriter<byte> destination, ulong value) => destination.Advance(Write(destination.GetSpan(BytesMax), value));

    /// <summary>Reads the number at the front of the span and moves past it.</summary>
    /// <exception cref="MalformedDataException">No end, over 64 bits, or not the shortest form.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> source)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            var single = source[0];
            source = source[1..];
            return single;
        }

        return ReadLong(ref source);
    }

    /// <summary>Reads a number that may be at most <paramref name="max"/>: a length or a count.</summary>
    /// <exception cref="MalformedDataException">Not a number, or over the maximum.</exception>
    public static int ReadCount(ref ReadOnlySpan<byte> source, int max)
    {
        var value = Read(ref source);
        return value <= (ulong)max ? (int)value : throw new MalformedDataException($"A count of {value} is over the limit of {max}.");
    }

    /// <summary>Signed numbers as unsigned ones, small magnitudes first: 0, −1, 1, −2, …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static ulong ReadLong(ref ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        for (var i = 0; i < BytesMax; i++)
        {
            if (i == source.Length)
            {
                throw new MalformedDataException("A number ends too early.");
            }

            var next = source[i];
            if (i == BytesMax - 1 && next > 1)
            {
                throw new MalformedDataException("A number is over 64 bits.");
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                source = i == 0 || next != 0 ? source[(i + 1)..] : throw new MalformedDataException("A number is not in its shortest form.");
                return value;
            }
        }

        throw new MalformedDataException("A number is over 64 bits.");
    }
}
