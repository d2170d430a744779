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
            return CqlTypeParser.Parse(Write(type));
        }
        catch (MalformedDataException malformed)
        {
            throw new CqlInvalidException(malformed.Message);
        }
    }

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

    private static string Write(TypeSyntax type) =>
        type.Parameters.IsEmpty ? type.Name : $"{type.Name}<{string.Join(", ", type.Parameters.Select(Write))}>";
}
