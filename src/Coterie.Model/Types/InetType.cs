using System.Buffers;
using Coterie.Model.Keys;

namespace Coterie.Model.Types;

/// <summary>An IPv4 or IPv6 address: four or sixteen bytes, ordered as bytes.</summary>
internal sealed class InetType() : NativeType("inet", 0x0010, allowsEmpty: true)
{
    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => OrderedBytes.WriteEscaped(value, destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination) => OrderedBytes.ReadEscaped(source, destination);

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (4 or 16))
        {
            throw Malformed($"has {value.Length} bytes, neither 4 nor 16");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);
}
