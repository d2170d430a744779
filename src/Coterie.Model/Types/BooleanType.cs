using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>False before true. Exactly 0 and 1: other bytes, which Cassandra reads as true, are refused, so that equal values are equal bytes.</summary>
internal sealed class BooleanType() : NativeType("boolean", 0x0004, allowsEmpty: true)
{
    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => CopyFixed(value, 1, flip: false, destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        if (!source.IsEmpty && source[0] > 1)
        {
            throw Malformed("is neither 0 nor 1");
        }

        return CopyFixed(source, 1, flip: false, destination);
    }

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        RequireLength(value, 1);
        if (value[0] > 1)
        {
            throw Malformed("is neither 0 nor 1");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left[0].CompareTo(right[0]);
}
