using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Rows;

namespace Coterie.Cql.Plans;

/// <summary>
/// INSERT, UPDATE, and DELETE of columns: cells of one row or, by IN, of several. INSERT also writes the row's marker, unless it names
/// only static columns. Static columns go into the partition's static row.
/// </summary>
internal sealed class RowWritePlan : KeyedPlan
{
    /// <summary>In the order of column ids, as a row is written.</summary>
    public required ImmutableArray<ColumnWrite> StaticWrites { get; init; }

    public required ImmutableArray<ColumnWrite> RegularWrites { get; init; }

    public required bool WritesMarker { get; init; }

    private bool NeedsPrior { get; set; }

    /// <summary>The plan as it will be executed; refuses what cannot be.</summary>
    public RowWritePlan Checked()
    {
        NeedsPrior = StaticWrites.Any(w => w.NeedsPrior) || RegularWrites.Any(w => w.NeedsPrior);
        return !NeedsPrior || Partitions.IsSingle
            ? this
            : throw new CqlInvalidException("IN on the partition key is not supported with an operation on a list that must read it first");
    }

    public override ReadCommand? PriorRead(BoundValues values, long nowSeconds)
    {
        if (!NeedsPrior)
        {
            return null;
        }

        CheckCount(values);
        var context = new TermContext(values, new Model.Time.FormationTime(nowSeconds * 1000));
        var key = new ArrayBufferWriter<byte>();
        Partitions.Write(context, key);
        IReadOnlyList<RowSlice> slices = RegularWrites.Any(w => w.NeedsPrior) ? Rows!.Slices(context) : [];
        return PartitionRead.Of(
            Table, key.WrittenMemory, slices, nowSeconds, reversed: false, withStatic: StaticWrites.Any(w => w.NeedsPrior), int.MaxValue, int.MaxValue);
    }

    public override void AppendTo(MutationSet mutations, BoundValues values, in StampContext stamp, IReadOnlyList<PartitionRows>? prior)
    {
        CheckCount(values);
        var context = new TermContext(values, stamp.Formed);
        var cells = Stamps.Evaluate(context, stamp);
        var partition = prior is { Count: > 0 } ? prior[0] : null;
        if (Partitions.IsSingle)
        {
            mutations.PartitionKeyBuffer.ResetWrittenCount();
            Partitions.Write(context, mutations.PartitionKeyBuffer);
            AppendPartition(mutations, mutations.PartitionKeyBuffer.WrittenSpan, context, cells, partition);
            return;
        }

        foreach (var key in Partitions.WriteAll(context))
        {
            AppendPartition(mutations, key, context, cells, partition);
        }
    }

    private void AppendPartition(
        MutationSet mutations, ReadOnlySpan<byte> partitionKey, in TermContext context, in CellStamp cells, PartitionRows? prior)
    {
        if (!StaticWrites.IsEmpty)
        {
            AppendRow(mutations, partitionKey, EntryKey.Static, StaticWrites, false, context, cells, prior is null ? default : prior.Static.Span);
        }

        if (Rows is null)
        {
            return;
        }

        if (Rows.IsSingleRow)
        {
            mutations.EntryKeyBuffer.ResetWrittenCount();
            Rows.WriteRowKey(context, mutations.EntryKeyBuffer);
            AppendRegular(mutations, partitionKey, mutations.EntryKeyBuffer.WrittenSpan, context, cells, prior);
            return;
        }

        foreach (var entryKey in Rows.RowKeys(context))
        {
            AppendRegular(mutations, partitionKey, entryKey, context, cells, prior);
        }
    }

    private void AppendRegular(
        MutationSet mutations, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> entryKey, in TermContext context, in CellStamp cells,
        PartitionRows? prior) =>
        AppendRow(mutations, partitionKey, entryKey, RegularWrites, WritesMarker, context, cells, prior is null ? default : PriorRow(prior, entryKey));

    private static ReadOnlySpan<byte> PriorRow(PartitionRows prior, ReadOnlySpan<byte> entryKey)
    {
        for (var i = 0; i < prior.Rows.Count; i++)
        {
            if (prior.Rows[i].EntryKey.Span.SequenceEqual(entryKey))
            {
                return prior.Rows[i].Row.Span;
            }
        }

        return default;
    }

    private void AppendRow(
        MutationSet mutations, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> entryKey, ImmutableArray<ColumnWrite> writes, bool withMarker,
        in TermContext context, in CellStamp cells, ReadOnlySpan<byte> prior)
    {
        mutations.RowBuffer.ResetWrittenCount();
        var rowContext = new RowWriteContext { Execution = context, Stamp = cells, Mutations = mutations, Prior = prior };
        var row = new RowWriter(mutations.RowBuffer);
        if (withMarker)
        {
            row.Marker(cells.Live([]));
        }

        foreach (var write in writes)
        {
            write.Append(ref row, rowContext);
        }

        // Nothing was set: nothing is written.
        if (!row.IsEmpty)
        {
            row.Finish();
            mutations.Add(Table, partitionKey, cells.Formed, entryKey, mutations.RowBuffer.WrittenSpan);
        }
    }
}
