using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>
/// float and double, IEEE 754, in the order of Java's <c>compareTo</c>: −0 before 0, and NaN, all of whose forms are equal, after
/// everything else. So in a key every NaN is written as Java's one (0x7ff8…, 0x7fc0…).
/// </summary>
internal sealed class FloatingType(string name, ushort optionId, int size) : NativeType(name, optionId, allowsEmpty: true)
{
    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(size);
        WriteRank(span, Rank(value));
        destination.Advance(size);
    }

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        if (source.Length < size)
        {
            throw Malformed("ends too early in a key");
        }

        var rank = ReadBits(source);
        var bits = (rank & SignBit) != 0 ? rank & ~SignBit : ~rank & AllBits;
        var span = destination.GetSpan(size);
        WriteRank(span, bits);
        if (Rank(span) != rank)
        {
            throw Malformed("is a NaN that no key has");
        }

        destination.Advance(size);
        return size;
    }

    private ulong SignBit => 1UL << ((size * 8) - 1);

    private ulong AllBits => size == sizeof(double) ? ulong.MaxValue : uint.MaxValue;

    private protected override void ValidatePresent(ReadOnlySpan<byte> value) => RequireLength(value, size);

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Rank(left).CompareTo(Rank(right));

    private ulong Rank(ReadOnlySpan<byte> value)
    {
        var bits = ReadBits(value);
        if (size == sizeof(double) ? double.IsNaN(BitConverter.UInt64BitsToDouble(bits)) : float.IsNaN(BitConverter.UInt32BitsToSingle((uint)bits)))
        {
            bits = size == sizeof(double) ? 0x7ff8_0000_0000_0000UL : 0x7fc0_0000UL;
        }

        return (bits & SignBit) != 0 ? ~bits & AllBits : bits | SignBit;
    }

    private ulong ReadBits(ReadOnlySpan<byte> value) =>
        size == sizeof(double) ? BinaryPrimitives.ReadUInt64BigEndian(value) : BinaryPrimitives.ReadUInt32BigEndian(value);

    private void WriteRank(Span<byte> destination, ulong rank)
    {
        if (size == sizeof(double))
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, rank);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)rank);
        }
    }
}
