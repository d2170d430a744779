using System.Buffers;
using System.IO.Hashing;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>
/// Stands for a <see cref="ReadResponse"/>: XxHash128 of its encoding. The encoding is canonical, and says where the replica stopped, so
/// equal digests mean equal rows and equal ends. 128 bits, since a collision would hide a difference for as long as it lasts.
/// </summary>
/// <param name="Hash">The hash.</param>
/// <param name="Newest">The newest timestamp in the rows, if it was asked for.</param>
public readonly record struct ReadDigest(UInt128 Hash, WriteTimestamp Newest)
{
    private const byte Format = 1;

    /// <param name="response">What <see cref="ReadResponseWriter"/> wrote.</param>
    public static UInt128 HashOf(ReadOnlySpan<byte> response) => XxHash128.HashToUInt128(response);

    public void Encode(IBufferWriter<byte> destination)
    {
        destination.WriteByte(Format);
        destination.WriteUInt64((ulong)(Hash >> 64));
        destination.WriteUInt64((ulong)Hash);
        destination.WriteInt64(Newest.Microseconds);
    }

    /// <exception cref="MalformedDataException">Not a digest.</exception>
    public static ReadDigest Decode(ReadOnlySpan<byte> source)
    {
        var reader = new ByteReader(source);
        var format = reader.ReadByte();
        if (format != Format)
        {
            throw new MalformedDataException($"read digest of format {format}; this node reads {Format}");
        }

        var hash = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
        var newest = new WriteTimestamp(reader.ReadInt64());
        reader.ExpectEnd("the read digest");
        return new ReadDigest(hash, newest);
    }
}
