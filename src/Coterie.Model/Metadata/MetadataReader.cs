using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Coterie.Model.Metadata;

/// <summary>
/// Reads what <see cref="MetadataWriter"/> wrote. Every length and count is checked against what is there before anything is allocated,
/// and only the one form that the writer writes is accepted, so that equal values have equal bytes.
/// </summary>
/// <remarks>All methods throw <see cref="MalformedDataException"/> on what is not such bytes, and nothing else.</remarks>
public ref struct MetadataReader(ReadOnlySpan<byte> source)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = source;

    public readonly int Remaining => _rest.Length;

    public byte ReadByte(string what) => Take(1, what)[0];

    public bool ReadBoolean(string what) => ReadByte(what) switch
    {
        0 => false,
        1 => true,
        var other => throw new MalformedDataException($"{what}: {other} is not a boolean"),
    };

    public ushort ReadUInt16(string what) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, what));

    public int ReadInt32(string what) => BinaryPrimitives.ReadInt32BigEndian(Take(4, what));

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, what));

    public long ReadInt64(string what) => BinaryPrimitives.ReadInt64BigEndian(Take(8, what));

    public Guid ReadGuid(string what) => new(Take(16, what), bigEndian: true);

    /// <summary>The span is part of the source: valid as long as that is.</summary>
    public ReadOnlySpan<byte> ReadBytes(int most, string what)
    {
        var length = ReadInt32(what);
        return length >= 0 && length <= most
            ? Take(length, what)
            : throw new MalformedDataException($"{what}: a length of {length} is not within 0 and {most}");
    }

    public string ReadString(int mostBytes, string what)
    {
        var bytes = ReadBytes(mostBytes, what);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedDataException($"{what}: not UTF-8");
        }
    }

    /// <summary>A count of things of which each takes at least <paramref name="leastBytesEach"/> bytes of what remains.</summary>
    public int ReadCount(int most, int leastBytesEach, string what)
    {
        var count = ReadInt32(what);
        return count >= 0 && count <= most && (long)count * leastBytesEach <= Remaining
            ? count
            : throw new MalformedDataException($"{what}: a count of {count} is not within 0 and {most}, or more than the bytes can hold");
    }

    public IPEndPoint ReadEndPoint(string what)
    {
        var length = ReadByte(what);
        if (length is not (4 or 16))
        {
            throw new MalformedDataException($"{what}: an address of {length} bytes");
        }

        var address = new IPAddress(Take(length, what));
        return new IPEndPoint(address, ReadUInt16(what));
    }

    public readonly void ExpectEnd(string what)
    {
        if (!_rest.IsEmpty)
        {
            throw new MalformedDataException($"{what}: {_rest.Length} bytes too many");
        }
    }

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > _rest.Length)
        {
            throw new MalformedDataException($"{what}: {count} bytes expected, {_rest.Length} left");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
