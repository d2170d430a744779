using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>Integers of fixed size, big endian: tinyint to bigint, timestamp, and (unsigned) date.</summary>
internal sealed class IntegerType(string name, ushort optionId, int size, bool signed, bool allowsEmpty) : NativeType(name, optionId, allowsEmpty)
{
    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => CopyFixed(value, size, signed, destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination) => CopyFixed(source, size, signed, destination);

    private protected override void ValidatePresent(ReadOnlySpan<byte> value) => RequireLength(value, size);

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var bySign = signed ? ((sbyte)left[0]).CompareTo((sbyte)right[0]) : 0;
        return bySign != 0 ? bySign : left.SequenceCompareTo(right);
    }
}
