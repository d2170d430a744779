using System.Buffers;
using Coterie.Model.Ids;

namespace Coterie.Model.Keys;

/// <summary>
/// The engine's key of an entry: storage id (4 bytes, big endian), token (8 bytes, big endian, sign flipped), partition key (escaped),
/// then the entry key. So a table is one range, a token range is one range, a partition is one range, and its entries are in order.
/// </summary>
public static class DataKey
{
    /// <summary>The prefix of all entries of a partition. <paramref name="partitionKey"/> is Cassandra's serialized (routing) key.</summary>
    public static void WritePartition(StorageId table, Token token, ReadOnlySpan<byte> partitionKey, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>The lower bound of all keys of a token: of a range scan's start.</summary>
    public static void WriteTokenStart(StorageId table, Token token, IBufferWriter<byte> destination) => throw new NotImplementedException();

    /// <summary>Splits a key of a table's data. Returns where the entry key begins; the partition key is appended unescaped.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such a key.</exception>
    public static int Read(ReadOnlySpan<byte> key, out StorageId table, out Token token, IBufferWriter<byte> partitionKey) => throw new NotImplementedException();
}
