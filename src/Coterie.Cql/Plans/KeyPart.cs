using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>What a statement says of one key column: one value (<c>=</c>), or several (<c>IN</c>), written out or bound as a list.</summary>
internal sealed class KeyPart
{
    private readonly ImmutableArray<BoundTerm> _values;
    private readonly BoundTerm? _list;

    private KeyPart(ColumnSchema column, ImmutableArray<BoundTerm> values, BoundTerm? list, bool isSingle)
    {
        Column = column;
        _values = values;
        _list = list;
        IsSingle = isSingle;
    }

    public ColumnSchema Column { get; }

    /// <summary>True for <c>=</c>. IN is never single, even with one value.</summary>
    public bool IsSingle { get; }

    /// <summary>The marker that gives the value; null if there is another source.</summary>
    public BoundMarker? Marker => IsSingle ? _values[0] as BoundMarker : null;

    public static KeyPart Equal(ColumnSchema column, BoundTerm value) => new(column, [value], null, isSingle: true);

    public static KeyPart In(ColumnSchema column, ImmutableArray<BoundTerm> values) => new(column, values, null, isSingle: false);

    public static KeyPart InList(ColumnSchema column, BoundTerm list) => new(column, [], list, isSingle: false);

    /// <summary>The value of <c>=</c>.</summary>
    public ReadOnlySpan<byte> Value(scoped in TermContext context)
    {
        var state = _values[0].Evaluate(context, out var bytes);
        return Present(state, bytes);
    }

    /// <summary>The values in the order of the type, each once.</summary>
    public List<byte[]> Values(scoped in TermContext context)
    {
        var values = new List<byte[]>();
        foreach (var term in _values)
        {
            values.Add(Present(term.Evaluate(context, out var bytes), bytes).ToArray());
        }

        if (_list is not null)
        {
            var reader = new CollectionReader(Present(_list.Evaluate(context, out var list), list), 1);
            while (reader.MoveNext())
            {
                values.Add(reader.Current.ToArray());
            }
        }

        // By bytes where the type sees no difference (a varint of two lengths), so that equal bytes come together.
        values.Sort((left, right) => Column.Type.Compare(left, right) is var order and not 0 ? order : left.AsSpan().SequenceCompareTo(right));
        var distinct = 0;
        for (var i = 0; i < values.Count; i++)
        {
            if (distinct == 0 || !values[distinct - 1].AsSpan().SequenceEqual(values[i]))
            {
                values[distinct++] = values[i];
            }
        }

        values.RemoveRange(distinct, values.Count - distinct);
        return values.Count <= Limits.InValuesMax
            ? values
            : throw new CqlInvalidException($"IN on {Column.Name} has {values.Count} values; at most {Limits.InValuesMax} are supported");
    }

    private ReadOnlySpan<byte> Present(ValueState state, ReadOnlySpan<byte> bytes) => state switch
    {
        ValueState.Set => bytes,
        ValueState.Null => throw new CqlInvalidException($"Invalid null value in condition for column {Column.Name}"),
        _ => throw new CqlInvalidException($"Invalid unset value for column {Column.Name}"),
    };
}
