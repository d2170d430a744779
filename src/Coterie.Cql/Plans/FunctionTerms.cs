using System.Buffers.Binary;
using Coterie.Model.Ids;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary><c>uuid()</c>: a random one at each execution.</summary>
internal sealed class UuidFunction(IdSource ids) : BoundTerm(NativeType.Uuid)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        bytes = ids.NextGuid().ToByteArray(bigEndian: true);
        return ValueState.Set;
    }
}

/// <summary>
/// <c>now()</c>: a time-based UUID (RFC 9562 §5.1) of the coordinator's clock in milliseconds; clock sequence and node are random, so that
/// two of the same millisecond differ. Their order within it is arbitrary.
/// </summary>
internal sealed class NowFunction(IdSource ids) : BoundTerm(NativeType.TimeUuid)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var random = ids.NextGuid().ToByteArray(bigEndian: true);
        TimeUuids.WriteTime(random, context.Now.Milliseconds);

        // A node id that is not a network card's has the multicast bit set (RFC 9562 §6.10).
        random[10] |= 0x01;
        bytes = random;
        return ValueState.Set;
    }
}

/// <summary><c>currentTimestamp()</c>, <c>currentDate()</c>, and the like: the coordinator's clock in a type of time.</summary>
internal sealed class CurrentTimeFunction(NativeType type) : BoundTerm(type)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        bytes = TimeUuids.FromMilliseconds(Type, context.Now.Milliseconds);
        return ValueState.Set;
    }
}

/// <summary><c>minTimeuuid(t)</c> and <c>maxTimeuuid(t)</c>: the least and the greatest time-based UUID of a millisecond, for ranges.</summary>
internal sealed class TimeUuidBoundFunction(BoundTerm timestamp, bool max) : BoundTerm(NativeType.TimeUuid)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var state = timestamp.Evaluate(context, out var value);
        bytes = state == ValueState.Set && value.Length == sizeof(long)
            ? TimeUuids.Bound(BinaryPrimitives.ReadInt64BigEndian(value), max)
            : default;
        return bytes.IsEmpty && state == ValueState.Set ? ValueState.Null : state;
    }
}

/// <summary><c>toTimestamp(u)</c>, <c>toDate(u)</c>, <c>toUnixTimestamp(u)</c> of a time-based UUID, a date or a timestamp.</summary>
internal sealed class TimeConversionFunction(BoundTerm source, NativeType type) : BoundTerm(type)
{
    public override ValueState Evaluate(scoped in TermContext context, out ReadOnlySpan<byte> bytes)
    {
        var state = source.Evaluate(context, out var value);
        bytes = state == ValueState.Set && !value.IsEmpty
            ? TimeUuids.FromMilliseconds(Type, TimeUuids.ToMilliseconds(source.Type, value))
            : default;
        return bytes.IsEmpty && state == ValueState.Set ? ValueState.Null : state;
    }
}
