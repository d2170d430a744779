using Coterie.Model.Rows;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>What one row's columns are written with.</summary>
internal readonly ref struct RowWriteContext
{
    public required TermContext Execution { get; init; }

    public required CellStamp Stamp { get; init; }

    public required MutationSet Mutations { get; init; }

    /// <summary>The encoded row as it was read before; empty if there was none, or nobody asked.</summary>
    public ReadOnlySpan<byte> Prior { get; init; }
}

/// <summary>What a statement writes into one column.</summary>
internal abstract class ColumnWrite(ColumnSchema column)
{
    public ColumnSchema Column { get; } = column;

    /// <summary>Whether the row must be read first.</summary>
    public virtual bool NeedsPrior => false;

    /// <summary>Writes the column, or nothing if no value was set.</summary>
    public abstract void Append(scoped ref RowWriter row, scoped in RowWriteContext context);
}

/// <summary>A column of one cell: a value, or a tombstone for null.</summary>
internal sealed class SimpleWrite(ColumnSchema column, BoundTerm value) : ColumnWrite(column)
{
    public override void Append(scoped ref RowWriter row, scoped in RowWriteContext context)
    {
        var state = value.Evaluate(context.Execution, out var bytes);
        if (state != ValueState.Unset)
        {
            row.SimpleColumn(Column.Id, state == ValueState.Null ? context.Stamp.Tombstone() : context.Stamp.Live(bytes));
        }
    }
}
