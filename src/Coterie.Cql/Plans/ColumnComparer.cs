using System.Buffers.Binary;
using System.Collections.Immutable;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>
/// Compares a column of a row, or an element of one, with what a condition gives. A value that is not there equals null and differs from everything else;
/// it is neither less nor greater. Of a collection of many cells an empty one is one that is not there.
/// </summary>
internal sealed class ColumnComparer
{
    public required ColumnSchema Column { get; init; }

    /// <summary>Of what is compared.</summary>
    public required CqlType Type { get; init; }

    /// <summary>The key or index of the element; null: the whole column.</summary>
    public required BoundTerm? Key { get; init; }

    public required ComparisonOperator Operator { get; init; }

    /// <summary>One; for IN all that are written out.</summary>
    public required ImmutableArray<BoundTerm> Values { get; init; }

    /// <summary>The list that is bound to IN ?</summary>
    public required BoundTerm? List { get; init; }

    public bool Holds(ConditionRow row, scoped in TermContext context)
    {
        var isThere = row.TryGet(Column, out var value);
        if (Key is not null)
        {
            isThere = TryGetElement(isThere, ref value, context);
        }

        return List is not null ? IsInList(isThere, value, context)
            : Operator == ComparisonOperator.In ? IsInValues(isThere, value, context)
            : Compare(isThere, value, Operator, context, Values[0]);
    }

    private bool IsInValues(bool isThere, ReadOnlySpan<byte> value, scoped in TermContext context)
    {
        var found = false;
        foreach (var one in Values)
        {
            found |= Compare(isThere, value, ComparisonOperator.Equal, context, one);
        }

        return found;
    }

    private bool IsInList(bool isThere, ReadOnlySpan<byte> value, scoped in TermContext context)
    {
        if (List!.Evaluate(context, out var list) != ValueState.Set)
        {
            throw new CqlInvalidException($"Invalid null or unset list of values for IN on {Column.Name}");
        }

        var reader = new CollectionReader(list, 1);
        while (isThere && reader.MoveNext())
        {
            if (Type.Compare(value, reader.Current) == 0)
            {
                return true;
            }
        }

        return false;
    }

    private bool Compare(bool isThere, ReadOnlySpan<byte> value, ComparisonOperator comparison, scoped in TermContext context, BoundTerm term)
    {
        var state = term.Evaluate(context, out var given);
        if (state == ValueState.Unset)
        {
            throw new CqlInvalidException($"Invalid 'unset' value in condition on {Column.Name}");
        }

        if (comparison is ComparisonOperator.Equal or ComparisonOperator.NotEqual && IsNothing(state, given))
        {
            return isThere == (comparison == ComparisonOperator.NotEqual);
        }

        if (state == ValueState.Null)
        {
            throw new CqlInvalidException($"Invalid comparison with null in condition on {Column.Name}");
        }

        if (!isThere)
        {
            return comparison == ComparisonOperator.NotEqual;
        }

        var order = Type.Compare(value, given);
        return comparison switch
        {
            ComparisonOperator.Equal => order == 0,
            ComparisonOperator.NotEqual => order != 0,
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private bool IsNothing(ValueState state, ReadOnlySpan<byte> given) =>
        state == ValueState.Null || (Key is null && Column.Type.IsMultiCell && new CollectionReader(given, CollectionBytes.Width(Type)).Count == 0);

    /// <summary>From the column's value to that of the element.</summary>
    private bool TryGetElement(bool isThere, ref ReadOnlySpan<byte> value, scoped in TermContext context)
    {
        var state = Key!.Evaluate(context, out var key);
        if (state != ValueState.Set)
        {
            throw new CqlInvalidException($"Invalid {(state == ValueState.Null ? "null" : "unset")} value for the element access of {Column.Name}");
        }

        var map = Column.Type as MapType;
        var index = map is null ? BinaryPrimitives.ReadInt32BigEndian(key) : 0;
        if (index < 0)
        {
            throw new CqlInvalidException($"Invalid negative list index {index} into {Column.Name}");
        }

        var reader = new CollectionReader(isThere ? value : [0, 0, 0, 0], map is null ? 1 : 2);
        while (reader.MoveNext())
        {
            var isSought = map is null ? index-- == 0 : map.Key.Compare(reader.Current, key) == 0;
            if (map is not null)
            {
                reader.MoveNext();
            }

            if (isSought)
            {
                value = reader.Current;
                return true;
            }
        }

        return false;
    }
}
