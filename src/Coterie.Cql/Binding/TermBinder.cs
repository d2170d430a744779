using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Ids;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>From terms to bound terms: constants become bytes at once, markers get a name and a type.</summary>
internal sealed class TermBinder(MarkerList markers, IdSource ids)
{
    private readonly FunctionBinder _functions = new(ids);

    /// <param name="name">The receiver's name: in messages, and of a marker without one of its own.</param>
    public BoundTerm Bind(Term term, CqlType type, string name) => term switch
    {
        NullTerm => new ConstantTerm(type, null),
        MarkerTerm marker => markers.Bind(marker, type, name),
        LiteralTerm literal => new ConstantTerm(type, Literals.Encode(literal, type, name)),
        FunctionTerm function => Assignable(_functions.Bind(function, this, type), type, function.Name, name),
        TypeHintTerm hint => BindHint(hint, type, name),
        ListTerm list => type is ListType of
            ? Collection(type, [.. list.Items.Select(i => Bind(i, of.Element, $"value({name})"))])
            : throw Invalid("list", type, name),
        SetTerm set => BindSet(set, type, name),
        MapTerm map => type is MapType of
            ? Collection(type, [.. map.Entries.SelectMany(e => Pair(e, of, name))])
            : throw Invalid("map", type, name),
        TupleTerm => throw new CqlInvalidException($"Invalid tuple literal for \"{name}\" of type {type.CqlName}: tuples are not supported"),
        _ => throw new CqlInvalidException($"Invalid term for \"{name}\""),
    };

    private IEnumerable<BoundTerm> Pair((Term Key, Term Value) entry, MapType type, string name)
    {
        yield return Bind(entry.Key, type.Key, $"key({name})");
        yield return Bind(entry.Value, type.Value, $"value({name})");
    }

    private BoundTerm BindSet(SetTerm set, CqlType type, string name) => type switch
    {
        SetType of => Collection(type, [.. set.Items.Select(i => Bind(i, of.Element, $"value({name})"))]),
        MapType when set.Items.IsEmpty => Collection(type, []),
        _ => throw Invalid("set", type, name),
    };

    private BoundTerm BindHint(TypeHintTerm hint, CqlType type, string name)
    {
        var hinted = TypeBinder.Bind(hint.Type);
        return Assignable(Bind(hint.Term, hinted, name), type, $"({hinted.CqlName})", name);
    }

    private static BoundTerm Collection(CqlType type, ImmutableArray<BoundTerm> items)
    {
        var collection = new CollectionTerm(type, items);
        if (!items.All(i => i is ConstantTerm))
        {
            return collection;
        }

        collection.Evaluate(new TermContext(new BoundValues(), default), out var bytes);
        return new ConstantTerm(type, bytes.ToArray());
    }

    private static BoundTerm Assignable(BoundTerm term, CqlType type, string what, string name)
    {
        var fits = term.Type.Equals(type)
            || (type.Equals(NativeType.Uuid) && term.Type.Equals(NativeType.TimeUuid))
            || (type.Equals(NativeType.Text) && term.Type.Equals(NativeType.Ascii));
        return fits ? term : throw new CqlInvalidException($"Type error: cannot assign {what} of type {term.Type.CqlName} to \"{name}\" of type {type.CqlName}");
    }

    private static CqlInvalidException Invalid(string kind, CqlType type, string name) =>
        new($"Invalid {kind} literal for \"{name}\" of type {type.CqlName}");
}
