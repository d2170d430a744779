using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Coordinator.Reads;

/// <summary>Counts what a client would see.</summary>
internal static class LiveRows
{
    /// <summary>A partition of which only the static row is live counts as one.</summary>
    public static int Of(IReadOnlyList<PartitionRows> partitions, long nowSeconds)
    {
        var live = 0;
        for (var i = 0; i < partitions.Count; i++)
        {
            var rows = OfRows(partitions[i], nowSeconds);
            live += rows > 0 ? rows : IsStaticLive(partitions[i], nowSeconds) ? 1 : 0;
        }

        return live;
    }

    public static int OfRows(PartitionRows partition, long nowSeconds)
    {
        var live = 0;
        for (var i = 0; i < partition.Rows.Count; i++)
        {
            live += RowMerge.IsLive(partition.Rows[i].Row.Span, nowSeconds) ? 1 : 0;
        }

        return live;
    }

    public static bool IsStaticLive(PartitionRows partition, long nowSeconds) =>
        !partition.Static.IsEmpty && RowMerge.IsLive(partition.Static.Span, nowSeconds);
}
