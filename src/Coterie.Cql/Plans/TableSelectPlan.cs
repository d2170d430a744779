using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Reads;

namespace Coterie.Cql.Plans;

/// <summary>SELECT bound to one table: which partitions, which rows of them, and how they become result rows.</summary>
internal sealed class TableSelectPlan : SelectPlan
{
    /// <summary>Null: by token.</summary>
    public required PartitionKeys? Partitions { get; init; }

    public required TokenFilter Tokens { get; init; }

    public required ClusteringFilter Rows { get; init; }

    public required Projection Projection { get; init; }

    public required bool Reversed { get; init; }

    public required bool Distinct { get; init; }

    public required BoundTerm? LimitTerm { get; init; }

    public override bool IsAggregate => Projection.IsAggregate;

    private int PartitionLimit => Distinct ? 1 : int.MaxValue;

    private bool StaticAlone => Rows.IsEmpty;

    private bool WithStatic => Projection.NeedsStatic || (StaticAlone && !Table.Statics.IsEmpty);

    public override IReadOnlyList<ReadCommand> Reads(BoundValues values, long nowSeconds)
    {
        CheckCount(values);
        var context = new TermContext(values, new Model.Time.FormationTime(nowSeconds * 1000));
        var limit = IsAggregate ? int.MaxValue : Evaluate(LimitTerm, context);
        if (Partitions is null)
        {
            return ReadTokens(context, nowSeconds, limit);
        }

        if (Partitions.IsSingle && Rows.IsSingleRow)
        {
            return [ReadOneRow(context, nowSeconds, limit)];
        }

        return ReadPartitions(context, nowSeconds, limit);
    }

    public override int Limit(BoundValues values)
    {
        CheckCount(values);
        return IsAggregate ? int.MaxValue : Evaluate(LimitTerm, new TermContext(values, default));
    }

    public override IRowProjector CreateProjector(BoundValues values, long nowSeconds) => IsAggregate
        ? new CountProjector(Projection, StaticAlone, nowSeconds)
        : new RowProjector(Projection, StaticAlone, Distinct, nowSeconds);

    /// <summary>
    /// The commonest read: one buffer holds the partition's key and both bounds of the slice. More than one row cannot come, so a limit of two
    /// ends nothing and is below that of any page: the command need not be copied for one.
    /// </summary>
    private ReadCommand ReadOneRow(in TermContext context, long nowSeconds, int limit)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        Partitions!.Write(context, buffer);
        var rowStart = buffer.WrittenCount;
        Rows.WriteRowKey(context, buffer);
        var rowLength = buffer.WrittenCount - rowStart;
        buffer.Write<byte>([0x00]);
        var bytes = buffer.WrittenMemory;
        var slice = new RowSlice(bytes.Slice(rowStart, rowLength), bytes.Slice(rowStart, rowLength + 1));
        return PartitionRead.Of(Table, bytes[..rowStart], [slice], nowSeconds, reversed: false, WithStatic, Math.Min(limit, 2), int.MaxValue);
    }

    private List<ReadCommand> ReadPartitions(in TermContext context, long nowSeconds, int limit)
    {
        var commands = new List<ReadCommand>();
        var slices = Rows.Slices(context);
        if (slices.Count == 0)
        {
            return commands;
        }

        foreach (var key in Keys(context))
        {
            commands.Add(PartitionRead.Of(Table, key, slices, nowSeconds, Reversed, WithStatic, limit, PartitionLimit));
        }

        return commands;
    }

    private List<byte[]> Keys(in TermContext context)
    {
        if (!Partitions!.IsSingle)
        {
            return Partitions.WriteAll(context);
        }

        var buffer = new ArrayBufferWriter<byte>(64);
        Partitions.Write(context, buffer);
        return [buffer.WrittenSpan.ToArray()];
    }

    private List<ReadCommand> ReadTokens(in TermContext context, long nowSeconds, int limit)
    {
        if (!Tokens.TryEvaluate(context, out var start, out var end))
        {
            return [];
        }

        return
        [
            new ReadCommand
            {
                Table = Table.StorageId,
                NowSeconds = nowSeconds,
                Token = start,
                EndToken = end,
                Slices = Rows.Slices(context),
                WithStatic = WithStatic,
                Limit = limit,
                PartitionLimit = PartitionLimit,
            },
        ];
    }

    private static int Evaluate(BoundTerm? term, in TermContext context)
    {
        if (term is null)
        {
            return int.MaxValue;
        }

        switch (term.Evaluate(context, out var bytes))
        {
            case ValueState.Unset:
                return int.MaxValue;
            case ValueState.Set when bytes.Length == sizeof(int):
                var limit = BinaryPrimitives.ReadInt32BigEndian(bytes);
                return limit > 0 ? limit : throw new CqlInvalidException("LIMIT must be strictly positive");
            default:
                throw new CqlInvalidException("Invalid null value of LIMIT");
        }
    }
}
