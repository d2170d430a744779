using System.Buffers.Binary;
using System.Numerics;
using Coterie.Model.Ids;

namespace Coterie.Model.Keys;

/// <summary>
/// Cassandra's Murmur3Partitioner: the first half of MurmurHash3 x64 128 with signed tail bytes (as in Java), <see cref="long.MinValue"/>
/// mapped to <see cref="long.MaxValue"/>. A composite key is hashed in its serialized form: for each part its length (2 bytes, big
/// endian), its bytes, and 0x00.
/// </summary>
/// <remarks>
/// MurmurHash3 is Austin Appleby's, in the public domain. The reference reads the tail as unsigned bytes; Cassandra's Java reads them as
/// signed ones, so a tail byte over 0x7F spreads ones over everything above it. Drivers compute the same.
/// </remarks>
public static class Partitioner
{
    public const string CassandraName = "org.apache.cassandra.dht.Murmur3Partitioner";

    private const ulong Factor1 = 0x87c37b91114253d5;
    private const ulong Factor2 = 0x4cf5ad432745937f;

    public static Token TokenOf(ReadOnlySpan<byte> partitionKey)
    {
        ulong first = 0;
        ulong second = 0;
        var rest = partitionKey;
        while (rest.Length >= 16)
        {
            first ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            first = ((BitOperations.RotateLeft(first, 27) + second) * 5) + 0x52dce729;
            second ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            second = ((BitOperations.RotateLeft(second, 31) + first) * 5) + 0x38495ab5;
            rest = rest[16..];
        }

        if (rest.Length > 8)
        {
            second ^= MixSecond(SignedTail(rest[8..]));
        }

        if (rest.Length > 0)
        {
            first ^= MixFirst(SignedTail(rest.Length > 8 ? rest[..8] : rest));
        }

        var length = (ulong)partitionKey.Length;
        first ^= length;
        second ^= length;
        first += second;
        second += first;
        var token = (long)(FinalMix(first) + FinalMix(second));
        return new Token(token == long.MinValue ? long.MaxValue : token);
    }

    private static ulong MixFirst(ulong block) => BitOperations.RotateLeft(block * Factor1, 31) * Factor2;

    private static ulong MixSecond(ulong block) => BitOperations.RotateLeft(block * Factor2, 33) * Factor1;

    private static ulong SignedTail(ReadOnlySpan<byte> tail)
    {
        ulong block = 0;
        for (var i = 0; i < tail.Length; i++)
        {
            block ^= (ulong)(sbyte)tail[i] << (8 * i);
        }

        return block;
    }

    private static ulong FinalMix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
