using System.Collections.Immutable;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>Under which condition a statement writes: IF EXISTS, IF NOT EXISTS, IF column = …, evaluated against the row as it is.</summary>
internal abstract class RowCondition
{
    /// <summary>The columns that it looks at, and that a client sees if it does not hold; empty: whether the row exists, and all columns.</summary>
    public abstract ImmutableArray<ColumnSchema> Columns { get; }

    /// <exception cref="CqlInvalidException">A bound value is wrong.</exception>
    public abstract bool Holds(ConditionRow row, scoped in TermContext context);
}

/// <summary>The row exists, or does not: a static row, if the statement writes only that.</summary>
internal sealed class ExistenceCondition(bool exists) : RowCondition
{
    public bool MustExist => exists;

    public override ImmutableArray<ColumnSchema> Columns => [];

    public override bool Holds(ConditionRow row, scoped in TermContext context) => row.Exists == exists;
}

/// <summary>All of several comparisons.</summary>
internal sealed class ColumnsCondition(ImmutableArray<ColumnComparer> comparers) : RowCondition
{
    public override ImmutableArray<ColumnSchema> Columns { get; } = [.. comparers.Select(static one => one.Column).Distinct()];

    public override bool Holds(ConditionRow row, scoped in TermContext context)
    {
        // Every value is checked, whatever the others say: a wrong one is an error and not a matter of luck.
        var holds = true;
        foreach (var comparer in comparers)
        {
            holds &= comparer.Holds(row, context);
        }

        return holds;
    }
}
