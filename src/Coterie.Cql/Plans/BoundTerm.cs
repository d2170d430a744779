using Coterie.Model;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>A term whose type is known: gives wire bytes of that type, at each execution.</summary>
internal abstract class BoundTerm(CqlType type)
{
    public CqlType Type { get; } = type;

    /// <summary>The value's bytes, valid as long as the bound values are; empty unless the state is <see cref="ValueState.Set"/>.</summary>
    /// <exception cref="CqlInvalidException">What was bound is not of the type.</exception>
    public abstract ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes);
}

/// <summary>Known when the statement was bound: a literal, or null.</summary>
internal sealed class ConstantTerm(CqlType type, byte[]? value) : BoundTerm(type)
{
    public byte[]? Value { get; } = value;

    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        bytes = Value;
        return Value is null ? ValueState.Null : ValueState.Set;
    }
}

/// <summary>Bound by the client. Checked at every execution: the bytes of a client are not to be trusted.</summary>
internal sealed class BoundMarker(CqlType type, int index, string name) : BoundTerm(type)
{
    private readonly bool _mustBeNormalized = CollectionBytes.MustBeNormalized(type);

    /// <summary>Its place among the statement's markers.</summary>
    public int Index { get; } = index;

    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var state = context.Values.State(Index);
        bytes = default;
        if (state != ValueState.Set)
        {
            return state;
        }

        bytes = context.Values.Bytes(Index).Span;
        try
        {
            Type.Validate(bytes);
            if (_mustBeNormalized)
            {
                bytes = CollectionBytes.Normalize(Type, bytes);
            }
        }
        catch (MalformedDataException malformed)
        {
            throw new CqlInvalidException($"Invalid value bound to {name}: {malformed.Message}");
        }

        return ValueState.Set;
    }
}
