using System.Buffers.Binary;

namespace Coterie.Server.Protocol;

/// <summary>
/// The nine bytes before every body (native protocol v4 §2): version, flags, stream (2, signed), opcode, length of the body (4).
/// The layout is that of v3 and v4; only v4 is spoken.
/// </summary>
public readonly record struct FrameHeader(byte Version, FrameFlags Flags, short Stream, Opcode Opcode, int Length)
{
    public const int Size = 9;

    /// <summary>The stream of what the server sends unasked.</summary>
    public const short EventStream = -1;

    public bool IsResponse => (Version & ProtocolVersions.ResponseBit) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        source[0],
        (FrameFlags)source[1],
        BinaryPrimitives.ReadInt16BigEndian(source[2..]),
        (Opcode)source[4],
        BinaryPrimitives.ReadInt32BigEndian(source[5..]));

    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Flags;
        BinaryPrimitives.WriteInt16BigEndian(destination[2..], Stream);
        destination[4] = (byte)Opcode;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], Length);
    }
}
