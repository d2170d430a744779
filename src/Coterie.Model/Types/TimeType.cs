using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>Nanoseconds since midnight, 0 to 86,399,999,999,999 (native protocol v4 §6.18).</summary>
internal sealed class TimeType() : NativeType("time", 0x0012, allowsEmpty: false)
{
    private const ulong NanosecondsOfDay = 86_400_000_000_000;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => CopyFixed(value, sizeof(long), flip: false, destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        ValidatePresent(source.Length < sizeof(long) ? source : source[..sizeof(long)]);
        return CopyFixed(source, sizeof(long), flip: false, destination);
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        RequireLength(value, sizeof(long));
        if (BinaryPrimitives.ReadUInt64BigEndian(value) >= NanosecondsOfDay)
        {
            throw Malformed("is not within one day");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);
}
