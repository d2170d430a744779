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
internal readonly record struct Projected(ProjectedKind Kind, int Source);

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
