using System.Buffers;
using AsciiText = System.Text.Ascii;
using System.Text.Unicode;
using Coterie.Model.Keys;

namespace Coterie.Model.Types;

internal enum BytesContent
{
    Any,
    Ascii,
    Utf8,
}

/// <summary>blob, ascii and text: ordered by unsigned bytes, which for text is the order of code points.</summary>
internal sealed class BytesType(string name, ushort optionId, BytesContent content) : NativeType(name, optionId, allowsEmpty: true)
{
    public override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => OrderedBytes.WriteEscaped(value, destination);

    public override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination) => OrderedBytes.ReadEscaped(source, destination);

    private protected override void ValidatePresent(ReadOnlySpan<byte> value)
    {
        if (content == BytesContent.Ascii && !AsciiText.IsValid(value))
        {
            throw Malformed("has a byte over 0x7f");
        }

        if (content == BytesContent.Utf8 && !Utf8.IsValid(value))
        {
            throw Malformed("is not UTF-8");
        }
    }

    private protected override int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);
}
