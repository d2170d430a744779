using System.Collections.Immutable;
using Coterie.Model.Rows;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>A column of many cells: the operations of the statement, in its order, become one deletion and elements by key.</summary>
internal sealed class CollectionWrite(ColumnSchema column, ImmutableArray<CollectionOperation> operations) : ColumnWrite(column)
{
    public override bool NeedsPrior { get; } = operations.Any(o => o.NeedsPrior);

    public override void Append(scoped ref RowWriter row, scoped in RowWriteContext context)
    {
        var elements = context.Mutations.Elements;
        elements.Clear();
        var deletion = Deletion.None;
        foreach (var operation in operations)
        {
            deletion = Deletion.Later(deletion, operation.Apply(elements, context));
        }

        if (elements.Count == 0 && deletion.IsNone)
        {
            return;
        }

        elements.Normalize();
        row.BeginCollection(Column.Id, deletion);
        for (var i = 0; i < elements.Count; i++)
        {
            row.Element(elements.Key(i), elements.IsDeletion(i) ? context.Stamp.Tombstone() : context.Stamp.Live(elements.Value(i)));
        }
    }
}
