namespace Coterie.Cluster.Transport;

/// <summary>Deadlines in the units of one <see cref="TimeProvider"/>: it has no clock of its own, it only converts.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly double _unitsPerTick = time.TimestampFrequency / (double)TimeSpan.TicksPerSecond;
    private readonly double _millisecondsPerUnit = 1000.0 / time.TimestampFrequency;
    private readonly long _start = time.GetTimestamp();

    public long Now => time.GetTimestamp();

    public long After(long from, TimeSpan span) => from + (long)(span.Ticks * _unitsPerTick);

    /// <summary>Milliseconds since this object was made, modulo 2^32: what frames carry.</summary>
    public uint WireTime(long timestamp) => (uint)(long)((timestamp - _start) * _millisecondsPerUnit);

    public TimeSpan Between(long from, long to) => time.GetElapsedTime(from, to);
}
