using System.Buffers;

namespace Coterie.Model.Keys;

/// <summary>Building blocks of encodings whose unsigned lexicographic order is the order of the values.</summary>
public static class OrderedBytes
{
    /// <summary>Variable length: 0x00 is written as 0x00 0xFF, the end as 0x00 0x01; so a prefix sorts first and nothing is a prefix of another.</summary>
    public static void WriteEscaped(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Appends the unescaped value and returns the bytes read, the terminator included.</summary>
    /// <exception cref="MalformedDataException">A bad escape, or no end.</exception>
    public static int ReadEscaped(ReadOnlySpan<byte> source, IBufferWriter<byte> destination) => throw new NotImplementedException();
}
