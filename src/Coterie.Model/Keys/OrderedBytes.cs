using System.Buffers;

namespace Coterie.Model.Keys;

/// <summary>Building blocks of encodings whose unsigned lexicographic order is the order of the values.</summary>
public static class OrderedBytes
{
    private const byte Escape = 0x00;
    private const byte EscapedZero = 0xFF;
    private const byte End = 0x01;

    /// <summary>Variable length: 0x00 is written as 0x00 0xFF, the end as 0x00 0x01; so a prefix sorts first and nothing is a prefix of another.</summary>
    public static void WriteEscaped(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        while (true)
        {
            var zero = value.IndexOf(Escape);
            var plain = zero < 0 ? value : value[..zero];
            var span = destination.GetSpan(plain.Length + 2);
            plain.CopyTo(span);
            span[plain.Length] = Escape;
            span[plain.Length + 1] = zero < 0 ? End : EscapedZero;
            destination.Advance(plain.Length + 2);
            if (zero < 0)
            {
                return;
            }

            value = value[(zero + 1)..];
        }
    }

    /// <summary>Appends the unescaped value and returns the bytes read, the terminator included.</summary>
    /// <exception cref="MalformedDataException">A bad escape, or no end.</exception>
    public static int ReadEscaped(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        var rest = source;
        while (true)
        {
            var zero = rest.IndexOf(Escape);
            if (zero < 0 || zero + 1 == rest.Length)
            {
                throw new MalformedDataException("Escaped bytes have no end.");
            }

            var mark = rest[zero + 1];
            if (mark == End)
            {
                destination.Write(rest[..zero]);
                return source.Length - rest.Length + zero + 2;
            }

            if (mark != EscapedZero)
            {
                throw new MalformedDataException($"0x{mark:x2} is not an escape.");
            }

            destination.Write(rest[..(zero + 1)]);
            rest = rest[(zero + 2)..];
        }
    }
}
