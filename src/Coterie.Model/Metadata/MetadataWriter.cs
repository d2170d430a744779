using System.Buffers;
using System.Buffers.Binary;
using System.Net;

namespace Coterie.Model.Metadata;

/// <summary>Writes the building blocks of metadata: big-endian numbers, counted strings and bytes. See <see cref="MetadataReader"/>.</summary>
public sealed class MetadataWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void WriteByte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(2), value);
        _bytes.Advance(2);
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    public void WriteUInt32(uint value) => WriteInt32(unchecked((int)value));

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void WriteGuid(Guid value)
    {
        Check.That(value.TryWriteBytes(_bytes.GetSpan(16), bigEndian: true, out _));
        _bytes.Advance(16);
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteInt32(value.Length);
        _bytes.Write(value);
    }

    public void WriteString(string value)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(value);
        WriteInt32(length);
        _bytes.Advance(System.Text.Encoding.UTF8.GetBytes(value, _bytes.GetSpan(length)));
    }

    /// <summary>The length of the address (4 or 16), the address, the port.</summary>
    public void WriteEndPoint(IPEndPoint value)
    {
        var address = value.Address.GetAddressBytes();
        WriteByte((byte)address.Length);
        _bytes.Write(address);
        WriteUInt16((ushort)value.Port);
    }

    /// <summary>Exactly the bytes, uncounted: a part that was written elsewhere.</summary>
    public void Append(ReadOnlySpan<byte> value) => _bytes.Write(value);
}
