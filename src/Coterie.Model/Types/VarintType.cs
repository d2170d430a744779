using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>
/// An integer of any size, two's complement, big endian. Clients may send more bytes than needed (the Python driver does, for −128); such
/// values are equal to the shortest form, and in a key the shortest form is written.
/// </summary>
internal sealed class VarintType() : NativeType("varint", 0x000E, allowsEmpty: true)
{
    /// <summary>From this length on the length has four bytes of its own.</summary>
    private const int LongLength = 0x7F;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => Write(Shortest(value), destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        var read = Read(source, out var value);
        destination.Write(value);
        return read;
    }

    /// <summary>The value without bytes that only repeat its sign.</summary>
    public static ReadOnlySpan<byte> Shortest(ReadOnlySpan<byte> value)
    {
        while (value.Length > 1 && ((value[0] == 0 && value[1] < 0x80) || (value[0] == 0xFF && value[1] >= 0x80)))
        {
            value = value[1..];
        }

        return value;
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        left = Shortest(left);
        right = Shortest(right);
        var negative = left[0] >= 0x80;
        if (negative != right[0] >= 0x80)
        {
            return negative ? -1 : 1;
        }

        var byLength = left.Length.CompareTo(right.Length);
        return byLength == 0 ? left.SequenceCompareTo(right) : negative ? -byLength : byLength;
    }

    /// <summary>Sign and length in one byte (for long values in five), inverted for negative numbers, then the bytes.</summary>
    private static void Write(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var invert = value[0] >= 0x80 ? 0xFF : 0;
        var isLong = value.Length >= LongLength;
        var head = isLong ? 5 : 1;
        var span = destination.GetSpan(head + value.Length);
        span[0] = (byte)((0x80 | (isLong ? LongLength : value.Length)) ^ invert);
        if (isLong)
        {
            BinaryPrimitives.WriteInt32BigEndian(span[1..], value.Length ^ (invert == 0 ? 0 : -1));
        }

        value.CopyTo(span[head..]);
        destination.Advance(head + value.Length);
    }

    private int Read(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> value)
    {
        if (source.IsEmpty)
        {
            throw Malformed("ends too early in a key");
        }

        var negative = source[0] < 0x80;
        var length = (negative ? ~source[0] : source[0]) & 0x7F;
        var head = 1;
        if (length == LongLength)
        {
            head = 5;
            length = source.Length < head ? 0 : BinaryPrimitives.ReadInt32BigEndian(source[1..]) ^ (negative ? -1 : 0);
            length = length < LongLength ? 0 : length;
        }

        if (length == 0 || length > source.Length - head)
        {
            throw Malformed("has a length in a key that cannot be");
        }

        value = source.Slice(head, length);
        if (value[0] >= 0x80 != negative || Shortest(value).Length != length)
        {
            throw Malformed("is not in its shortest form in a key");
        }

        return head + length;
    }
}
