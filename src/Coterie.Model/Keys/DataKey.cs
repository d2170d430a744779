using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Ids;

namespace Coterie.Model.Keys;

/// <summary>
/// The engine's key of an entry: storage id (4 bytes, big endian), token (8 bytes, big endian, sign flipped), partition key (escaped),
/// then the entry key. So a table is one range, a token range is one range, a partition is one range, and its entries are in order.
/// </summary>
public static class DataKey
{
    /// <summary>Bytes of storage id and token.</summary>
    public const int TokenStartBytes = 12;

    /// <summary>The prefix of all entries of a partition. <paramref name="partitionKey"/> is Cassandra's serialized (routing) key.</summary>
    public static void WritePartition(StorageId table, Token token, ReadOnlySpan<byte> partitionKey, IBufferWriter<byte> destination)
    {
        WriteTokenStart(table, token, destination);
        OrderedBytes.WriteEscaped(partitionKey, destination);
    }

    /// <summary>The lower bound of all keys of a token: of a range scan's start.</summary>
    public static void WriteTokenStart(StorageId table, Token token, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(TokenStartBytes);
        BinaryPrimitives.WriteUInt32BigEndian(span, table.Value);
        BinaryPrimitives.WriteUInt64BigEndian(span[4..], (ulong)token.Value ^ (1UL << 63));
        destination.Advance(TokenStartBytes);
    }

    /// <summary>Of a key that is at least as long as its token start.</summary>
    public static Token TokenOf(ReadOnlySpan<byte> key) => new((long)(BinaryPrimitives.ReadUInt64BigEndian(key[4..]) ^ (1UL << 63)));

    /// <summary>Splits a key of a table's data. Returns where the entry key begins; the partition key is appended unescaped.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such a key.</exception>
    public static int Read(ReadOnlySpan<byte> key, out StorageId table, out Token token, IBufferWriter<byte> partitionKey)
    {
        if (key.Length < TokenStartBytes)
        {
            throw new MalformedDataException($"A data key of {key.Length} bytes is too short.");
        }

        table = new StorageId(BinaryPrimitives.ReadUInt32BigEndian(key));
        token = TokenOf(key);
        return TokenStartBytes + OrderedBytes.ReadEscaped(key[TokenStartBytes..], partitionKey);
    }
}
