using Coterie.Model.Ids;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Reads.Reconciliation;

/// <summary>The order in which a read meets partitions and rows: by token, then by key bytes; rows by entry key, or the reverse of it.</summary>
internal static class ReadOrder
{
    public static int OfPartitions(Token token, ReadOnlySpan<byte> key, Token otherToken, ReadOnlySpan<byte> otherKey)
    {
        var byToken = token.CompareTo(otherToken);
        return byToken != 0 ? byToken : key.SequenceCompareTo(otherKey);
    }

    public static int OfRows(ReadOnlySpan<byte> key, ReadOnlySpan<byte> other, bool reversed) =>
        reversed ? other.SequenceCompareTo(key) : key.SequenceCompareTo(other);

    /// <summary>Of two places where replicas stopped. Null: nowhere, which is after everything.</summary>
    public static int OfStops(ResumePoint? left, ResumePoint? right, bool reversed)
    {
        if (left is not { } first || right is not { } second)
        {
            return (left is null ? 1 : 0) - (right is null ? 1 : 0);
        }

        var byPartition = OfPartitions(first.Token, first.PartitionKey.Span, second.Token, second.PartitionKey.Span);
        if (byPartition != 0)
        {
            return byPartition;
        }

        // An empty entry key stands for the end of the partition.
        var firstAtEnd = first.EntryKey.IsEmpty;
        var secondAtEnd = second.EntryKey.IsEmpty;
        return firstAtEnd || secondAtEnd
            ? (firstAtEnd ? 1 : 0) - (secondAtEnd ? 1 : 0)
            : OfRows(first.EntryKey.Span, second.EntryKey.Span, reversed);
    }
}
