using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>timeuuid (version 1 only): by time, then, as in Cassandra, by the last eight bytes as signed bytes.</summary>
internal sealed class TimeUuidType() : NativeType("timeuuid", 0x000F, allowsEmpty: true)
{
    private const int Size = 16;
    private const ulong SignBits = 0x8080_8080_8080_8080;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(Size);
        BinaryPrimitives.WriteUInt64BigEndian(span, TimeOf(value));
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], Rest(value));
        destination.Advance(Size);
    }

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        if (source.Length < Size || source[0] >> 4 != 1)
        {
            throw Malformed("ends too early in a key or is not of version 1");
        }

        var span = destination.GetSpan(Size);
        BinaryPrimitives.WriteUInt64BigEndian(span, UuidTime.FromRank(BinaryPrimitives.ReadUInt64BigEndian(source)));
        BinaryPrimitives.WriteUInt64BigEndian(span[8..], Rest(source));
        destination.Advance(Size);
        return Size;
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        RequireLength(value, Size);
        if (value[6] >> 4 != 1)
        {
            throw Malformed($"is a UUID of version {value[6] >> 4}, not 1");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var byTime = TimeOf(left).CompareTo(TimeOf(right));
        return byTime != 0 ? byTime : Rest(left).CompareTo(Rest(right));
    }

    private static ulong TimeOf(ReadOnlySpan<byte> value) => UuidTime.ToRank(BinaryPrimitives.ReadUInt64BigEndian(value));

    private static ulong Rest(ReadOnlySpan<byte> value) => BinaryPrimitives.ReadUInt64BigEndian(value[8..]) ^ SignBits;
}
