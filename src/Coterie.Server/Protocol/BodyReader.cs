using System.Buffers.Binary;
using System.Text;
using Coterie.Model;

namespace Coterie.Server.Protocol;

/// <summary>
/// Reads the notations of native protocol v4 §3 from one body. Every length is checked against what is left before anything is
/// allocated; what is wrong is a <see cref="MalformedDataException"/> and nothing else. Bytes come out as slices of the body.
/// </summary>
public ref struct BodyReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _body;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;

    public BodyReader(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _span = body.Span;
        _position = 0;
    }

    public readonly int Remaining => _span.Length - _position;

    public readonly int Position => _position;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadShort() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int ReadInt() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long ReadLong() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>[string]: its length as a short, then UTF-8.</summary>
    public string ReadString() => Decode(Take(ReadShort()));

    /// <summary>[string] that is only compared: its bytes, not decoded.</summary>
    public ReadOnlyMemory<byte> ReadStringBytes() => Slice(ReadShort());

    /// <summary>[long string]: its length as an int, then UTF-8.</summary>
    public string ReadLongString(int bytesMax)
    {
        var length = ReadInt();
        if (length < 0)
        {
            throw new MalformedDataException($"A long string has length {length}.");
        }

        if (length > bytesMax)
        {
            throw new OverLimitException($"A text of {length} bytes is longer than the {bytesMax} allowed.");
        }

        return Decode(Take(length));
    }

    /// <summary>[short bytes].</summary>
    public ReadOnlyMemory<byte> ReadShortBytes() => Slice(ReadShort());

    /// <summary>[bytes]: null if its length is negative.</summary>
    public ReadOnlyMemory<byte>? ReadBytes()
    {
        var length = ReadInt();
        // The cast matters: a bare null would become an empty memory, by way of an array.
        return length < 0 ? (ReadOnlyMemory<byte>?)null : Slice(length);
    }

    /// <summary>[value]: −1 is null, −2 is not set, anything below is an error.</summary>
    /// <returns>The length read; the bytes are empty when it is negative.</returns>
    public int ReadValue(out ReadOnlyMemory<byte> bytes)
    {
        var length = ReadInt();
        if (length < -2)
        {
            throw new MalformedDataException($"A value has length {length}.");
        }

        bytes = length < 0 ? default : Slice(length);
        return length;
    }

    /// <summary>
    /// A count of things of at least <paramref name="bytesEach"/> bytes: refused at once if the rest of the body cannot hold so many,
    /// so that a count can never make the reader reserve more than it was sent.
    /// </summary>
    public int ReadCount(int bytesEach)
    {
        int count = ReadShort();
        if ((long)count * bytesEach > Remaining)
        {
            throw new MalformedDataException($"{count} items cannot be in the {Remaining} bytes that are left.");
        }

        return count;
    }

    private ReadOnlyMemory<byte> Slice(int length)
    {
        Need(length);
        var slice = _body.Slice(_position, length);
        _position += length;
        return slice;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        Need(length);
        var slice = _span.Slice(_position, length);
        _position += length;
        return slice;
    }

    private readonly void Need(int length)
    {
        if (length > Remaining)
        {
            throw new MalformedDataException($"The message ends too early: {length} bytes are needed at {_position}, {Remaining} are left.");
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedDataException("A string is not valid UTF-8.");
        }
    }
}
