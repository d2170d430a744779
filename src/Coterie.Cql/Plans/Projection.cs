using System.Collections.Immutable;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

internal enum ProjectedKind : byte
{
    PartitionKey,
    Clustering,

    /// <summary>The value of a static or regular column, of one cell or many.</summary>
    Value,
    WriteTime,
    TimeToLive,
    Token,

    /// <summary>count(column): how many rows have a value in it.</summary>
    CountOfColumn,
    CountOfRows,

    /// <summary>A function of nothing, as now(): evaluated for each row.</summary>
    Function,
}

/// <summary>One column of the result.</summary>
/// <param name="Source">Where its value is: the position of a key column, or the slot of a static or regular one, the place of a function.</param>
internal readonly record struct Projected(ProjectedKind Kind, int Source)
{
    /// <summary>The value of a column.</summary>
    /// <param name="slotOf">Asked for static and regular columns.</param>
    public static Projected Of(ColumnSchema column, Func<ColumnSchema, int> slotOf) => column.Kind switch
    {
        ColumnKind.PartitionKey => new Projected(ProjectedKind.PartitionKey, column.Position),
        ColumnKind.Clustering => new Projected(ProjectedKind.Clustering, column.Position),
        _ => new Projected(ProjectedKind.Value, slotOf(column)),
    };
}

/// <summary>
/// How rows become result rows. Slots are the static and regular columns that are needed, each once, however often it is selected.
/// </summary>
internal sealed class Projection
{
    private readonly short[] _slotOfStatic;
    private readonly short[] _slotOfRegular;

    public Projection(TableSchema table, ImmutableArray<Projected> columns, ImmutableArray<ColumnSchema> slots, ImmutableArray<BoundTerm> functions)
    {
        Table = table;
        Columns = columns;
        Slots = slots;
        Functions = functions;
        _slotOfStatic = SlotsById(slots, ColumnKind.Static);
        _slotOfRegular = SlotsById(slots, ColumnKind.Regular);
        NeedsClustering = columns.Any(c => c.Kind == ProjectedKind.Clustering);
    }

    /// <summary>These columns as they are.</summary>
    public static Projection Of(TableSchema table, ImmutableArray<ColumnSchema> columns)
    {
        ImmutableArray<ColumnSchema> slots = [.. columns.Where(static c => c.Kind is ColumnKind.Static or ColumnKind.Regular)];
        return new Projection(table, [.. columns.Select(column => Projected.Of(column, of => slots.IndexOf(of)))], slots, []);
    }

    public TableSchema Table { get; }

    public ImmutableArray<Projected> Columns { get; }

    public ImmutableArray<ColumnSchema> Slots { get; }

    public ImmutableArray<BoundTerm> Functions { get; }

    public bool NeedsClustering { get; }

    public bool NeedsStatic => _slotOfStatic.Length > 0;

    public bool IsAggregate => Columns.Any(c => c.Kind is ProjectedKind.CountOfRows or ProjectedKind.CountOfColumn);

    /// <summary>−1: not needed.</summary>
    public int SlotOf(bool isStatic, Model.Ids.ColumnId column)
    {
        var slots = isStatic ? _slotOfStatic : _slotOfRegular;
        return column.Value < slots.Length ? slots[column.Value] : -1;
    }

    private static short[] SlotsById(ImmutableArray<ColumnSchema> slots, ColumnKind kind)
    {
        var byId = new short[slots.Where(s => s.Kind == kind).Select(s => s.Id.Value + 1).DefaultIfEmpty(0).Max()];
        Array.Fill(byId, (short)-1);
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i].Kind == kind)
            {
                byId[slots[i].Id.Value] = (short)i;
            }
        }

        return byId;
    }
}
