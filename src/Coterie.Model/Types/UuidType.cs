using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>
/// uuid in Cassandra's order: by version; version 1 by its time, the others by their first eight bytes; then by the last eight, unsigned.
/// The sixteen bytes of a key are a permutation of the value's that puts the version first.
/// </summary>
internal sealed class UuidType() : NativeType("uuid", 0x000C, allowsEmpty: true)
{
    private const int Size = 16;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(Size);
        BinaryPrimitives.WriteUInt64BigEndian(span, Rank(value));
        value[8..Size].CopyTo(span[8..]);
        destination.Advance(Size);
    }

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        if (source.Length < Size)
        {
            throw Malformed("ends too early in a key");
        }

        var rank = BinaryPrimitives.ReadUInt64BigEndian(source);
        var span = destination.GetSpan(Size);
        BinaryPrimitives.WriteUInt64BigEndian(span, rank >> 60 == 1 ? UuidTime.FromRank(rank) : FromVersionFirst(rank));
        source[8..Size].CopyTo(span[8..]);
        destination.Advance(Size);
        return Size;
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value) => RequireLength(value, Size);

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var byFirst = Rank(left).CompareTo(Rank(right));
        return byFirst != 0 ? byFirst : left[8..].SequenceCompareTo(right[8..]);
    }

    private static ulong Rank(ReadOnlySpan<byte> value)
    {
        var first = BinaryPrimitives.ReadUInt64BigEndian(value);
        var version = (first >> 12) & 0xF;
        return version == 1 ? UuidTime.ToRank(first) : (version << 60) | ((first >> 16) << 12) | (first & 0xFFF);
    }

    private static ulong FromVersionFirst(ulong rank) => (((rank << 4) >> 16) << 16) | ((rank >> 60) << 12) | (rank & 0xFFF);
}

/// <summary>The first eight bytes of a time-based UUID (RFC 9562 §5.1), reordered so that their number is version, then time.</summary>
internal static class UuidTime
{
    public static ulong ToRank(ulong first) => (first << 48) | ((first << 16) & 0xFFFF_0000_0000) | (first >> 32);

    public static ulong FromRank(ulong rank) => (rank << 32) | ((rank >> 16) & 0xFFFF_0000) | (rank >> 48);
}
