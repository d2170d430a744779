using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model;
using K4os.Compression.LZ4;

namespace Coterie.Server.Protocol;

/// <summary>
/// LZ4 as protocol v4 has it: the length of the plain body in four bytes, big endian, then one block. The claimed length is checked
/// against the frame limit before anything is rented, and what comes out must be exactly as long: a rented buffer is not cleared, and a
/// server that trusted the claim would hand out other requests' bytes (as in CVE-2022-29240).
/// </summary>
public static class Lz4Body
{
    public const string Name = "lz4";

    private const int LengthBytes = 4;

    /// <summary>The plain length that a compressed body claims, checked.</summary>
    /// <exception cref="MalformedDataException">There is no length, or it cannot come from so few bytes.</exception>
    /// <exception cref="OverLimitException">It is more than a request may have.</exception>
    public static int PlainLength(ReadOnlySpan<byte> body)
    {
        if (body.Length < LengthBytes)
        {
            throw new MalformedDataException("A compressed body is too short to hold its length");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(body);
        if (length < 0)
        {
            throw new MalformedDataException($"A compressed body claims {length} bytes");
        }

        // An LZ4 block cannot grow more than 255 fold: a larger claim is a lie, and need not be given the room to prove itself one.
        if (length > 255L * (body.Length - LengthBytes))
        {
            throw new MalformedDataException($"A compressed body of {body.Length} bytes cannot hold the {length} it claims");
        }

        return length <= Limits.CqlFrameBytesMax
            ? length
            : throw new OverLimitException($"A compressed body claims {length} bytes; {Limits.CqlFrameBytesMax} are allowed");
    }

    /// <exception cref="MalformedDataException">It does not decompress to exactly <paramref name="destination"/>.</exception>
    public static void Decompress(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        var produced = LZ4Codec.Decode(body[LengthBytes..], destination);
        if (produced != destination.Length)
        {
            throw new MalformedDataException($"A compressed body claims {destination.Length} bytes and does not decompress to them");
        }
    }

    /// <summary>Replaces the body of the frame that was begun last with its compressed form, if that is smaller.</summary>
    public static void Compress(FrameWriter frame)
    {
        var plain = frame.Body;
        var rented = ArrayPool<byte>.Shared.Rent(LengthBytes + LZ4Codec.MaximumOutputSize(plain.Length));
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(rented, plain.Length);
            var written = LZ4Codec.Encode(plain, rented.AsSpan(LengthBytes));
            if (written > 0 && written + LengthBytes < plain.Length)
            {
                frame.ReplaceBody(rented.AsSpan(0, LengthBytes + written), FrameFlags.Compressed);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
