using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>
/// Months, days and nanoseconds, each a signed variable length integer (native protocol v5 §5.10), all of one sign. Has no order: a month is
/// not a number of days. So no key and no ORDER BY; <see cref="CqlType.Compare"/> goes by bytes.
/// </summary>
internal sealed class DurationType() : NativeType("duration", 0x0015, allowsEmpty: false)
{
    public override bool AllowedInKey => false;

    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => Check.Request(AllowedInKey);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination) => throw Malformed("cannot be in a key");

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        var rest = value;
        var months = ReadSigned(ref rest);
        var days = ReadSigned(ref rest);
        var nanoseconds = ReadSigned(ref rest);
        if (!rest.IsEmpty)
        {
            throw Malformed($"has {rest.Length} bytes too many");
        }

        if (months != (int)months || days != (int)days)
        {
            throw Malformed("has months or days over 32 bits");
        }

        if ((months > 0 || days > 0 || nanoseconds > 0) && (months < 0 || days < 0 || nanoseconds < 0))
        {
            throw Malformed("mixes positive and negative parts");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);

    /// <summary>The leading one bits of the first byte say how many bytes follow.</summary>
    private long ReadSigned(ref ReadOnlySpan<byte> source)
    {
        var more = source.IsEmpty ? 0 : System.Numerics.BitOperations.LeadingZeroCount((uint)(byte)~source[0]) - 24;
        if (source.Length < 1 + more)
        {
            throw Malformed("ends too early");
        }

        var number = more >= 7 ? 0UL : source[0] & (0xFFUL >> (more + 1));
        foreach (var next in source.Slice(1, more))
        {
            number = (number << 8) | next;
        }

        source = source[(1 + more)..];
        return Encoding.Varint.UnZigZag(number);
    }
}
