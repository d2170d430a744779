using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>A collection literal that holds markers or functions, put together at each execution. Items of a map: key, value, key, ...</summary>
internal sealed class CollectionTerm(CqlType type, ImmutableArray<BoundTerm> items) : BoundTerm(type)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var writer = new CollectionWriter(CollectionBytes.Width(Type));
        try
        {
            foreach (var item in items)
            {
                var state = item.Evaluate(context, out var value);
                if (state != ValueState.Set)
                {
                    throw new CqlInvalidException(state == ValueState.Null
                        ? "null is not supported inside collections"
                        : "unset values are not supported inside collections");
                }

                writer.Add(value);
            }

            var destination = new ArrayBufferWriter<byte>();
            writer.CopyTo(destination);
            Type.Validate(destination.WrittenSpan);
            bytes = Type.HasNormalForm ? CollectionBytes.Normalize(Type, destination.WrittenSpan) : destination.WrittenSpan;
            return ValueState.Set;
        }
        catch (MalformedDataException malformed)
        {
            throw new CqlInvalidException($"Invalid {Type.CqlName} literal: {malformed.Message}");
        }
    }
}
