using Coterie.Cql.Syntax;
using Coterie.Model;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

internal static class TypeBinder
{
    /// <exception cref="CqlInvalidException">No such type, or not supported; the message names it.</exception>
    public static CqlType Bind(TypeSyntax type)
    {
        try
        {
            RefuseUnsupported(type);
            var bound = CqlTypeParser.Parse(Write(type));
            RefuseDurationsWithOrder(bound);
            return bound;
        }
        catch (MalformedDataException malformed)
        {
            throw new CqlInvalidException(malformed.Message);
        }
    }

    /// <summary>The type as one cell holds it: what a value of it is compared as.</summary>
    public static CqlType Frozen(CqlType type) => type is CollectionType collection ? collection.AsFrozen() : type;

    private static void RefuseUnsupported(TypeSyntax type)
    {
        if (type.Name is "counter" or "tuple" or "vector")
        {
            throw new CqlInvalidException($"The type {type.Name} is not supported");
        }

        foreach (var parameter in type.Parameters)
        {
            RefuseUnsupported(parameter);
        }
    }

    /// <summary>Durations have no order, which elements of sets and keys of maps need.</summary>
    private static void RefuseDurationsWithOrder(CqlType type)
    {
        switch (type)
        {
            case SetType { Element.AllowedInKey: false }:
                throw new CqlInvalidException($"Durations are not allowed inside sets: {type.CqlName}");
            case MapType { Key.AllowedInKey: false }:
                throw new CqlInvalidException($"Durations are not allowed as map keys: {type.CqlName}");
            case ListType list:
                RefuseDurationsWithOrder(list.Element);
                break;
            case MapType map:
                RefuseDurationsWithOrder(map.Value);
                break;
        }
    }

    private static string Write(TypeSyntax type) =>
        type.Parameters.IsEmpty ? type.Name : $"{type.Name}<{string.Join(", ", type.Parameters.Select(Write))}>";
}
