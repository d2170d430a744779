using System.Buffers.Binary;
using Coterie.Model.Ids;

namespace Coterie.Cql.Plans;

/// <summary>One end of a range of tokens.</summary>
internal sealed record TokenBound(BoundTerm Value, bool Inclusive);

/// <summary>Which tokens: all, or a range given by token().</summary>
internal sealed class TokenFilter(TokenBound? lower, TokenBound? upper)
{
    public static TokenFilter All { get; } = new(null, null);

    /// <summary>The range as a read has it: start exclusive, end inclusive. False: no token can match.</summary>
    public bool TryEvaluate(scoped in TermContext context, out Token start, out Token end)
    {
        start = Token.Minimum;
        end = new Token(long.MaxValue);
        if (lower is not null)
        {
            var value = Value(lower, context);
            start = new Token(lower.Inclusive && value > long.MinValue ? value - 1 : value);
        }

        if (upper is not null)
        {
            var value = Value(upper, context);
            if (value == long.MinValue && !ReferenceEquals(upper.Value, lower?.Value))
            {
                // No key has the least token: as an upper bound it is the end of the ring, and so drivers write the last of its ranges.
                return start.Value < end.Value;
            }

            end = new Token(upper.Inclusive || value == long.MinValue ? value : value - 1);
        }

        return start.Value < end.Value;
    }

    private static long Value(TokenBound bound, scoped in TermContext context) =>
        bound.Value.Evaluate(context, out var bytes) == ValueState.Set && bytes.Length == sizeof(long)
            ? BinaryPrimitives.ReadInt64BigEndian(bytes)
            : throw new CqlInvalidException("Invalid null or unset value in condition for token()");
}
