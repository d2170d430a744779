using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// The frame between nodes, big endian (docs/formats.md, "Frames between nodes"):
/// <c>length u32, crc u32, kind u8, code u8, request id u64, epoch i64, sent at u32, timeout u32, body</c>.
/// The length counts what follows the checksum; the CRC-32 is over the same bytes.
/// </summary>
/// <remarks>A length is believed only after it has been compared with <see cref="Limits.PeerFrameBytesMax"/>; nothing is allocated before.</remarks>
public static class PeerFrame
{
    /// <summary>Length and checksum.</summary>
    public const int PrefixBytes = 8;

    public const int HeaderBytes = PrefixBytes + FieldBytes;

    private const int FieldBytes = 26;

    public static int BodyBytesMax => Limits.PeerFrameBytesMax - HeaderBytes;

    /// <summary>Writes one frame to the start of <paramref name="destination"/> and returns its size.</summary>
    public static int Write(Span<byte> destination, in PeerFrameHeader header, ReadOnlySpan<byte> body)
    {
        Check.Request(body.Length <= BodyBytesMax);
        var frame = destination[..(HeaderBytes + body.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)(FieldBytes + body.Length));
        frame[8] = (byte)header.Kind;
        frame[9] = header.Code;
        BinaryPrimitives.WriteUInt64BigEndian(frame[10..], header.RequestId);
        BinaryPrimitives.WriteInt64BigEndian(frame[18..], header.Epoch.Value);
        BinaryPrimitives.WriteUInt32BigEndian(frame[26..], header.SentAt);
        BinaryPrimitives.WriteUInt32BigEndian(frame[30..], header.TimeoutMilliseconds);
        body.CopyTo(frame[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32BigEndian(frame[4..], Crc32.HashToUInt32(frame[PrefixBytes..]));
        return frame.Length;
    }

    /// <summary>The size of the whole frame that starts here, or 0 if fewer bytes have come than tell it.</summary>
    /// <exception cref="MalformedDataException">No frame has this length.</exception>
    public static int SizeOf(in ReadOnlySequence<byte> source)
    {
        if (source.Length < sizeof(uint))
        {
            return 0;
        }

        uint length;
        if (source.FirstSpan.Length >= sizeof(uint))
        {
            length = BinaryPrimitives.ReadUInt32BigEndian(source.FirstSpan);
        }
        else
        {
            Span<byte> gathered = stackalloc byte[sizeof(uint)];
            source.Slice(0, sizeof(uint)).CopyTo(gathered);
            length = BinaryPrimitives.ReadUInt32BigEndian(gathered);
        }

        if (length is < FieldBytes or > (uint)Limits.PeerFrameBytesMax - PrefixBytes)
        {
            throw new MalformedDataException($"A frame between nodes of {length} bytes.");
        }

        return PrefixBytes + (int)length;
    }

    /// <summary>Reads a frame of which <see cref="SizeOf"/> has told the size. The body is a part of <paramref name="frame"/>.</summary>
    /// <exception cref="MalformedDataException">The checksum or the kind is wrong: nothing after it on this connection can be believed.</exception>
    public static PeerFrameHeader Read(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> body)
    {
        if (frame.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(frame) != frame.Length - PrefixBytes)
        {
            throw new MalformedDataException("A frame between nodes with a wrong length.");
        }

        if (Crc32.HashToUInt32(frame[PrefixBytes..]) != BinaryPrimitives.ReadUInt32BigEndian(frame[4..]))
        {
            throw new MalformedDataException("A frame between nodes with a wrong checksum.");
        }

        var kind = (PeerFrameKind)frame[8];
        var epoch = BinaryPrimitives.ReadInt64BigEndian(frame[18..]);
        if (kind is not (PeerFrameKind.Request or PeerFrameKind.Reply) || epoch < 0)
        {
            throw new MalformedDataException("A frame between nodes of an unknown kind.");
        }

        body = frame[HeaderBytes..];
        return new PeerFrameHeader(
            kind,
            frame[9],
            BinaryPrimitives.ReadUInt64BigEndian(frame[10..]),
            new Epoch(epoch),
            BinaryPrimitives.ReadUInt32BigEndian(frame[26..]),
            BinaryPrimitives.ReadUInt32BigEndian(frame[30..]));
    }
}
