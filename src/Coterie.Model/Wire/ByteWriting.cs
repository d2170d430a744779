using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Wire;

/// <summary>Appends the fields that <see cref="ByteReader"/> reads.</summary>
public static class ByteWriting
{
    public static void WriteByte(this IBufferWriter<byte> destination, byte value)
    {
        destination.GetSpan(1)[0] = value;
        destination.Advance(1);
    }

    public static void WriteUInt16(this IBufferWriter<byte> destination, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination.GetSpan(2), value);
        destination.Advance(2);
    }

    public static void WriteUInt32(this IBufferWriter<byte> destination, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination.GetSpan(4), value);
        destination.Advance(4);
    }

    /// <summary>16 bytes, big endian.</summary>
    public static void WriteNode(this IBufferWriter<byte> destination, Ids.NodeId node)
    {
        node.Value.TryWriteBytes(destination.GetSpan(16), bigEndian: true, out _);
        destination.Advance(16);
    }

    public static void WriteInt64(this IBufferWriter<byte> destination, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(8), value);
        destination.Advance(8);
    }

    public static void WriteUInt64(this IBufferWriter<byte> destination, ulong value) => destination.WriteInt64((long)value);

    public static void WriteVariable(this IBufferWriter<byte> destination, uint value)
    {
        var span = destination.GetSpan(5);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        destination.Advance(length);
    }

    /// <summary>A length of variable size, then the bytes.</summary>
    public static void WriteBlock(this IBufferWriter<byte> destination, ReadOnlySpan<byte> bytes)
    {
        destination.WriteVariable((uint)bytes.Length);
        destination.Write(bytes);
    }
}
