using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Model;
using Coterie.Server.Errors;

namespace Coterie.Server.Protocol;

/// <summary>
/// Writes the frames of one response into one reusable buffer, with the notations of native protocol v4 §3. A frame begins with room for
/// its header, which <see cref="EndFrame"/> fills in. Owned by one request at a time; a buffer that grew large goes back to the pool.
/// </summary>
public sealed class FrameWriter : IBufferWriter<byte>
{
    private const int KeptBytesMax = 64 * 1024;
    private const int InitialBytes = 1024;

    private byte[] _buffer = [];
    private int _written;
    private int _frameStart;
    private FrameFlags _flags;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _written);

    public int WrittenCount => _written;

    /// <summary>The body of the frame that was begun last.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_frameStart + FrameHeader.Size, _written - _frameStart - FrameHeader.Size);

    public void Advance(int count)
    {
        Check.Request(count >= 0 && count <= _buffer.Length - _written);
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_written);
    }

    /// <summary>Forgets what was written, so that the next response can be.</summary>
    public void Clear()
    {
        if (_buffer.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _written = 0;
        _frameStart = 0;
        _flags = FrameFlags.None;
    }

    public void BeginFrame(FrameFlags flags)
    {
        _frameStart = _written;
        _flags = flags;
        Reserve(FrameHeader.Size);
        _written += FrameHeader.Size;
    }

    /// <summary>Drops everything of the frame that was begun, for an answer that turned out to be an error.</summary>
    public void AbandonFrame() => _written = _frameStart;

    public void EndFrame(Opcode opcode, short stream)
    {
        var length = _written - _frameStart - FrameHeader.Size;
        new FrameHeader(ProtocolVersions.V4 | ProtocolVersions.ResponseBit, _flags, stream, opcode, length).Write(_buffer.AsSpan(_frameStart));
    }

    /// <summary>Puts other bytes in the place of the body: its compressed form.</summary>
    public void ReplaceBody(ReadOnlySpan<byte> body, FrameFlags addedFlag)
    {
        _written = _frameStart + FrameHeader.Size;
        Write(body);
        _flags |= addedFlag;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_written));
        _written += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1);
        _buffer[_written++] = value;
    }

    public void WriteShort(int value)
    {
        Check.Request(value is >= 0 and <= ushort.MaxValue);
        Reserve(2);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_written), (ushort)value);
        _written += 2;
    }

    public void WriteInt(int value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_written), value);
        _written += 4;
    }

    /// <summary>Leaves room for an [int] that is known later: <see cref="PatchInt"/>.</summary>
    public int ReserveInt()
    {
        var at = _written;
        WriteInt(0);
        return at;
    }

    public void PatchInt(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(at), value);

    /// <summary>[string]. What is longer than a short can say is cut at a character: only texts for people can be so long.</summary>
    public void WriteString(string value)
    {
        var text = value.AsSpan();
        while (Encoding.UTF8.GetByteCount(text) > ushort.MaxValue)
        {
            text = text[..Math.Min(text.Length - 1, ushort.MaxValue / 3)];
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        WriteShort(bytes);
        Reserve(bytes);
        _written += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_written));
    }

    public void WriteStringList(IReadOnlyList<string> values)
    {
        WriteShort(values.Count);
        foreach (var value in values)
        {
            WriteString(value);
        }
    }

    public void WriteShortBytes(ReadOnlySpan<byte> value)
    {
        WriteShort(value.Length);
        Write(value);
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteInt(value.Length);
        Write(value);
    }

    /// <summary>[inet]: the length of the address in a byte, the address, the port.</summary>
    public void WriteInet(IPEndPoint endPoint)
    {
        Span<byte> address = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(address, out var length);
        WriteByte((byte)length);
        Write(address[..length]);
        WriteInt(endPoint.Port);
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _written >= count)
        {
            return;
        }

        var size = Math.Max(Math.Max((long)_written + count, 2L * _buffer.Length), InitialBytes);
        if ((long)_written + count > Limits.CqlResponseBytesMax)
        {
            throw ClientErrorException.Invalid($"The result is larger than the {Limits.CqlResponseBytesMax} bytes that an answer may have: read it in smaller pages");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Array.MaxLength));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
