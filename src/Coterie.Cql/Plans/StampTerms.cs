using System.Buffers.Binary;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>USING TIMESTAMP and USING TTL, as written or bound, with the table's default.</summary>
internal sealed class StampTerms(BoundTerm? timestamp, BoundTerm? timeToLive, int defaultTimeToLiveSeconds)
{
    /// <summary>20 years, as in Cassandra.</summary>
    public const int TimeToLiveSecondsMax = 20 * 365 * 24 * 60 * 60;

    public bool HasTimestamp => timestamp is not null;

    /// <summary>False also where the value bound to USING TIMESTAMP is not set: then it is as if it had not been said.</summary>
    public bool GivesTimestamp(BoundValues values) =>
        timestamp is not null && !(timestamp is BoundMarker marker && marker.Index < values.Count && values.State(marker.Index) == ValueState.Unset);

    public CellStamp Evaluate(scoped in TermContext context, scoped in StampContext stamp) =>
        new(Timestamp(timestamp, context) ?? stamp.Timestamp, stamp.Formed, TimeToLive(context));

    /// <summary>Null where there is no term, or the value bound to it is not set.</summary>
    public static WriteTimestamp? Timestamp(BoundTerm? term, scoped in TermContext context)
    {
        if (term is null)
        {
            return null;
        }

        switch (term.Evaluate(context, out var bytes))
        {
            case ValueState.Unset:
                return null;
            case ValueState.Set when bytes.Length == sizeof(long):
                // The two least stand for "none" and for what is before any write.
                var microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
                return microseconds > long.MinValue + 1
                    ? new WriteTimestamp(microseconds)
                    : throw new CqlInvalidException($"Out of bound timestamp {microseconds}");
            default:
                throw new CqlInvalidException("Invalid null value of timestamp");
        }
    }

    /// <summary>0: never expires.</summary>
    private int TimeToLive(scoped in TermContext context)
    {
        if (timeToLive is null)
        {
            return defaultTimeToLiveSeconds;
        }

        var state = timeToLive.Evaluate(context, out var bytes);
        if (state != ValueState.Set || bytes.Length != sizeof(int))
        {
            // As in Cassandra: null says "none", not set says nothing.
            return state == ValueState.Unset ? defaultTimeToLiveSeconds : 0;
        }

        var seconds = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (seconds < 0)
        {
            throw new CqlInvalidException($"A TTL must be greater or equal to 0, but was {seconds}");
        }

        return seconds <= TimeToLiveSecondsMax
            ? seconds
            : throw new CqlInvalidException($"ttl is too large. requested ({seconds}) maximum ({TimeToLiveSecondsMax})");
    }
}
