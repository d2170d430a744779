using Coterie.Model.Ids;

namespace Coterie.Model.Keys;

/// <summary>
/// Cassandra's Murmur3Partitioner: the first half of MurmurHash3 x64 128 with signed tail bytes (as in Java), <see cref="long.MinValue"/>
/// mapped to <see cref="long.MaxValue"/>. A composite key is hashed in its serialized form: for each part its length (2 bytes, big
/// endian), its bytes, and 0x00.
/// </summary>
public static class Partitioner
{
    public const string CassandraName = "org.apache.cassandra.dht.Murmur3Partitioner";

    public static Token TokenOf(ReadOnlySpan<byte> partitionKey) => throw new NotImplementedException();
}
