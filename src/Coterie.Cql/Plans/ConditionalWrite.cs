using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>
/// Modifications of one partition that are written together if the conditions of all hold, and else not at all: one statement with IF, or a batch in which
/// at least one has it. For one execution. Says what must be read, decides on what was found, and shows it to the client if nothing was written.
/// </summary>
/// <remarks>The rows may be decided on several times, as they change; what is decided last counts.</remarks>
public sealed class ConditionalWrite
{
    public const string AppliedColumn = "[applied]";

    private readonly IReadOnlyList<Part> _parts;
    private readonly ConditionRow _row;
    private readonly ImmutableArray<ColumnSchema> _shown;

    /// <param name="statements">At least one of them conditional; each with its values, which stay as they are meanwhile.</param>
    /// <param name="isBatch">Then what is shown begins with the key: it may be of several rows.</param>
    /// <exception cref="CqlInvalidException">They are of several tables or partitions, or a bound value is wrong.</exception>
    public ConditionalWrite(IReadOnlyList<(ModificationPlan Plan, BoundValues Values)> statements, bool isBatch, FormationTime now)
    {
        Check.Request(statements.Any(static one => one.Plan.IsConditional));
        Table = statements[0].Plan.Table;
        Now = now;
        _parts = [.. statements.Select(one => PartOf((KeyedPlan)one.Plan, one.Values, now))];
        var key = _parts[0].PartitionKey;
        foreach (var part in _parts)
        {
            if (part.Plan.Table.StorageId != Table.StorageId)
            {
                throw new CqlInvalidException("Batch with conditions cannot span multiple tables");
            }

            if (!part.PartitionKey.AsSpan().SequenceEqual(key))
            {
                throw new CqlInvalidException("Batch with conditions cannot span multiple partitions");
            }
        }

        Read = PartitionRead.Of(
            Table, key, Slices(), now.Milliseconds / 1000, reversed: false, withStatic: !Table.Statics.IsEmpty, int.MaxValue, int.MaxValue);
        var compared = _parts.SelectMany(static part => part.Plan.Condition?.Columns ?? []).Distinct().ToImmutableArray();
        _row = new ConditionRow(Table, compared, Read.NowSeconds);
        ExpectsNothing = _parts.All(part => part.Plan.Condition is null or ExistenceCondition { MustExist: false } && part.Plan.PriorRead(part.Values, Read.NowSeconds) is null);
        _shown = _parts.Any(static part => part.Plan.Condition is ExistenceCondition) ? [.. Table.Columns]
            : isBatch ? [.. Table.PartitionKey, .. Table.Clustering, .. compared]
            : compared;
    }

    public TableSchema Table { get; }

    /// <summary>When it is executed: decides which cells have expired.</summary>
    public FormationTime Now { get; }

    /// <summary>The rows that must be read to decide.</summary>
    public ReadCommand Read { get; }

    /// <summary>Whether it is to be written only where nothing is, and can be decided on without anything having been read.</summary>
    public bool ExpectsNothing { get; }

    /// <summary>What the client is told if it was not applied and there are rows: whether it was, and what is there.</summary>
    public ImmutableArray<ResultColumn> Columns => [AppliedOf(Table), .. _shown.Select(column => new ResultColumn(Table.Keyspace, Table.Name, column.Name, column.Type))];

    /// <summary>The one column that there always is.</summary>
    public static ResultColumn AppliedOf(TableSchema table) => new(table.Keyspace, table.Name, AppliedColumn, NativeType.Boolean);

    /// <summary>If all conditions hold, adds what is to be written, which may be nothing; else false.</summary>
    /// <param name="rows">What <see cref="Read"/> found.</param>
    public bool TryAppendTo(MutationSet mutations, in StampContext stamp, IReadOnlyList<PartitionRows> rows)
    {
        var partition = rows.Count > 0 ? rows[0] : null;
        var holds = true;
        foreach (var part in _parts)
        {
            if (part.Plan.Condition is { } condition)
            {
                _row.Load(partition, part.EntryKey);
                holds &= condition.Holds(_row, part.Context(Now));
            }
        }

        if (holds)
        {
            foreach (var part in _parts)
            {
                part.Plan.AppendTo(mutations, part.Values, stamp, rows);
            }
        }

        return holds;
    }

    /// <summary>The rows of an answer that says that nothing was written; in the order of <see cref="Columns"/>.</summary>
    public IRowProjector CreateProjector() => new RefusalProjector(Projection.Of(Table, _shown), Read.NowSeconds);

    private static Part PartOf(KeyedPlan plan, BoundValues values, FormationTime now)
    {
        plan.CheckCount(values);
        var context = new TermContext(values, now);
        if (!plan.Partitions.IsSingle)
        {
            throw new CqlInvalidException("Batch with conditions cannot span multiple partitions");
        }

        var buffer = new ArrayBufferWriter<byte>();
        plan.Partitions.Write(context, buffer);
        var partitionKey = buffer.WrittenSpan.ToArray();
        buffer.ResetWrittenCount();
        if (plan is { IsConditional: true, Rows: { } rows })
        {
            rows.WriteRowKey(context, buffer);
        }

        return new Part(plan, values, partitionKey, buffer.WrittenSpan.ToArray());
    }

    /// <summary>The rows of conditions, and those that a statement must read to know what it writes; each once, in order.</summary>
    private List<RowSlice> Slices()
    {
        var slices = new List<RowSlice>();
        foreach (var part in _parts)
        {
            if (part.EntryKey.Length > 0)
            {
                slices.Add(new RowSlice(part.EntryKey, (byte[])[.. part.EntryKey, 0x00]));
            }

            slices.AddRange(part.Plan.PriorRead(part.Values, Now.Milliseconds / 1000)?.Slices ?? []);
        }

        slices.Sort(static (left, right) => left.Start.Span.SequenceCompareTo(right.Start.Span));
        for (var i = slices.Count - 1; i > 0; i--)
        {
            if (slices[i].Start.Span.SequenceEqual(slices[i - 1].Start.Span))
            {
                slices.RemoveAt(i);
            }
        }

        return slices.Count <= Limits.ReadSlicesMax ? slices : throw new CqlInvalidException($"Conditions on {slices.Count} rows; at most {Limits.ReadSlicesMax} are supported");
    }

    /// <param name="EntryKey">Of the row that the condition is about; empty: the static row, or there is no condition.</param>
    private sealed record Part(KeyedPlan Plan, BoundValues Values, byte[] PartitionKey, byte[] EntryKey)
    {
        public TermContext Context(FormationTime now) => new(Values, now);
    }

    private sealed class RefusalProjector(Projection projection, long nowSeconds) : RowProjector(projection, staticAlone: true, onePerPartition: false, nowSeconds)
    {
        private static readonly byte[] NotApplied = [0];

        private protected override void WriteRow(PartitionRows partition, ReadOnlyMemory<byte> row, IBufferWriter<byte> destination)
        {
            Wire.WriteBytes(destination, NotApplied);
            base.WriteRow(partition, row, destination);
        }
    }
}
