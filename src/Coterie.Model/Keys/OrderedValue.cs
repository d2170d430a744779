using System.Buffers;
using Coterie.Model.Types;

namespace Coterie.Model.Keys;

/// <summary>
/// A value inside a key: one lead byte, then the type's ordered encoding. Empty values are a lead byte alone, so that types of fixed size
/// need no encoding for them, and they sort first. Lead bytes leave room below (end of a collection) and above (end of a bound).
/// </summary>
internal static class OrderedValue
{
    /// <summary>Ends the elements of a collection; below every lead byte, so that the shorter of two sorts first.</summary>
    public const byte End = 0x00;

    private const byte Empty = 0x20;
    private const byte Present = 0x40;

    public static void Write(CqlType type, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        destination.Write([value.IsEmpty ? Empty : Present]);
        if (!value.IsEmpty)
        {
            type.EncodeOrdered(value, destination);
        }
    }

    /// <exception cref="MalformedDataException">The bytes are not such an encoding.</exception>
    public static int Read(CqlType type, ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        switch (source.IsEmpty ? End : source[0])
        {
            case Empty when type.AllowsEmpty:
                return 1;
            case Present when type is not (BytesType or InetType) || !IsEscapedEmpty(source[1..]):
                return 1 + type.DecodeOrdered(source[1..], destination);
            default:
                throw new MalformedDataException($"No {type.CqlName} begins here in a key.");
        }
    }

    /// <summary>One value, one key: an empty text is a lead byte alone too.</summary>
    private static bool IsEscapedEmpty(ReadOnlySpan<byte> source) => source.StartsWith((ReadOnlySpan<byte>)[0x00, 0x01]);
}
