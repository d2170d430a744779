using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Cql.Plans;

/// <summary>
/// DELETE of whole rows: a partition (in its header), rows (each in its own entry), or ranges of rows (a range tombstone each, and the
/// header's flag that says that there are some).
/// </summary>
internal sealed class DeletionPlan : KeyedPlan
{
    private ClusteringFilter Deleted => Rows!;

    public override ReadCommand? PriorRead(BoundValues values, long nowSeconds) => null;

    public override void AppendTo(MutationSet mutations, BoundValues values, in StampContext stamp, IReadOnlyList<PartitionRows>? prior)
    {
        CheckCount(values);
        var context = new TermContext(values, stamp.Formed);
        var cells = Stamps.Evaluate(context, stamp);
        if (Partitions.IsSingle)
        {
            mutations.PartitionKeyBuffer.ResetWrittenCount();
            Partitions.Write(context, mutations.PartitionKeyBuffer);
            AppendPartition(mutations, mutations.PartitionKeyBuffer.WrittenSpan, context, cells);
            return;
        }

        foreach (var key in Partitions.WriteAll(context))
        {
            AppendPartition(mutations, key, context, cells);
        }
    }

    private void AppendPartition(MutationSet mutations, ReadOnlySpan<byte> partitionKey, in TermContext context, in CellStamp cells)
    {
        if (Deleted.IsEmpty)
        {
            Append(mutations, partitionKey, EntryKey.Header, cells, hasRanges: false, deletes: true);
        }
        else if (Deleted.IsSingleRow)
        {
            mutations.EntryKeyBuffer.ResetWrittenCount();
            Deleted.WriteRowKey(context, mutations.EntryKeyBuffer);
            Append(mutations, partitionKey, mutations.EntryKeyBuffer.WrittenSpan, cells, hasRanges: false, deletes: true);
        }
        else if (Deleted.IsRows)
        {
            foreach (var entryKey in Deleted.RowKeys(context))
            {
                Append(mutations, partitionKey, entryKey, cells, hasRanges: false, deletes: true);
            }
        }
        else
        {
            AppendRanges(mutations, partitionKey, context, cells);
        }
    }

    private void AppendRanges(MutationSet mutations, ReadOnlySpan<byte> partitionKey, in TermContext context, in CellStamp cells)
    {
        var slices = Deleted.Slices(context);
        if (slices.Count == 0)
        {
            return;
        }

        Append(mutations, partitionKey, EntryKey.Header, cells, hasRanges: true, deletes: false);
        var entryKey = mutations.EntryKeyBuffer;
        foreach (var slice in slices)
        {
            entryKey.ResetWrittenCount();
            EntryKey.WriteRangeTombstone(slice.Start.Span, slice.End.Span, entryKey);
            Append(mutations, partitionKey, entryKey.WrittenSpan, cells, hasRanges: false, deletes: true);
        }
    }

    private void Append(
        MutationSet mutations, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> entryKey, in CellStamp cells, bool hasRanges, bool deletes)
    {
        mutations.RowBuffer.ResetWrittenCount();
        var row = new RowWriter(mutations.RowBuffer);
        if (hasRanges)
        {
            row.HasRanges();
        }

        if (deletes)
        {
            row.RowDeletion(cells.Deletion);
        }

        row.Finish();
        mutations.Add(Table, partitionKey, cells.Formed, entryKey, mutations.RowBuffer.WrittenSpan);
    }
}
