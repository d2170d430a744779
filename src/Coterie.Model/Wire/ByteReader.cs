using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Coterie.Model.Wire;

/// <summary>
/// Reads the fields of a message forward and never past its end: what the bytes claim is checked against what is there before it is
/// believed, so that a lying length costs nothing. Fixed integers are big endian; variable ones are LEB128 in the shortest form only.
/// </summary>
public ref struct ByteReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;

    public readonly int Position => _position;

    public readonly int Remaining => _source.Length - _position;

    public byte ReadByte()
    {
        Need(1);
        return _source[_position++];
    }

    public ushort ReadUInt16()
    {
        Need(2);
        var value = BinaryPrimitives.ReadUInt16BigEndian(_source[_position..]);
        _position += 2;
        return value;
    }

    public uint ReadUInt32()
    {
        Need(4);
        var value = BinaryPrimitives.ReadUInt32BigEndian(_source[_position..]);
        _position += 4;
        return value;
    }

    public long ReadInt64()
    {
        Need(8);
        var value = BinaryPrimitives.ReadInt64BigEndian(_source[_position..]);
        _position += 8;
        return value;
    }

    /// <summary>16 bytes, big endian.</summary>
    public Ids.NodeId ReadNode() => new(new Guid(ReadBytes(16), bigEndian: true));

    public ulong ReadUInt64() => (ulong)ReadInt64();

    /// <summary>An unsigned integer of 32 bits in LEB128. A longer form than needed is malformed: equal values have equal bytes.</summary>
    public uint ReadVariable()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = ReadByte();
            if ((shift == 28 && next > 0x0F) || (shift > 0 && next == 0))
            {
                break;
            }

            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new MalformedDataException("an integer of variable length is too long");
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        Need(count);
        var bytes = _source.Slice(_position, count);
        _position += count;
        return bytes;
    }

    /// <summary>A length of variable size, then so many bytes; at most <paramref name="most"/>.</summary>
    public ReadOnlySpan<byte> ReadBlock(int most, string what)
    {
        var length = ReadVariable();
        if (length > (uint)most)
        {
            throw new MalformedDataException($"{what} of {length} bytes; the limit is {most}");
        }

        return ReadBytes((int)length);
    }

    /// <summary>Nothing may follow.</summary>
    public readonly void ExpectEnd(string what)
    {
        if (Remaining != 0)
        {
            throw new MalformedDataException($"{Remaining} bytes after the end of {what}");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Need(int count)
    {
        if ((uint)count > (uint)(_source.Length - _position))
        {
            ThrowShort(count);
        }
    }

    private readonly void ThrowShort(int count) =>
        throw new MalformedDataException($"{count} bytes needed at {_position}, {Remaining} are there");
}
