namespace Coterie.Model.Time;

/// <summary>Microseconds since the beginning of 1970 in UTC: the unit of timestamps of writes (CQL, <c>USING TIMESTAMP</c>).</summary>
public static class UnixTime
{
    public static long Microseconds(this TimeProvider time) => Microseconds(time.GetUtcNow());

    public static long Microseconds(this DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
