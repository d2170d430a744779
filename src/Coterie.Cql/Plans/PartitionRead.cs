using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>Makes the commands of reads of single partitions.</summary>
internal static class PartitionRead
{
    public static ReadCommand Of(
        TableSchema table, ReadOnlyMemory<byte> partitionKey, IReadOnlyList<RowSlice> slices, long nowSeconds, bool reversed, bool withStatic,
        int limit, int partitionLimit) => new()
        {
            Table = table.StorageId,
            NowSeconds = nowSeconds,
            PartitionKey = partitionKey,
            Token = Partitioner.TokenOf(partitionKey.Span),
            Slices = slices,
            Reversed = reversed,
            WithStatic = withStatic,
            Limit = limit,
            PartitionLimit = partitionLimit,
        };
}
