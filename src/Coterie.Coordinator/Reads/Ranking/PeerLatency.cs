namespace Coterie.Coordinator.Reads.Ranking;

/// <summary>
/// How fast one replica has answered lately: a moving average that fades, so that one who was slow is tried again. Races between threads
/// lose a sample and nothing else.
/// </summary>
internal sealed class PeerLatency
{
    private const double Weight = 0.2;
    /// <summary>A refusal may come at once, and must not make its sender look fast.</summary>
    private static readonly TimeSpan FailureCost = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(2);

    private long _average;
    private long _updated;
    private int _outstanding;

    public void Asked() => Interlocked.Increment(ref _outstanding);

    public void Answered(TimeSpan after, long timestamp, bool failed)
    {
        var counted = failed && after < FailureCost ? FailureCost : after;
        Interlocked.Decrement(ref _outstanding);
        var old = BitConverter.Int64BitsToDouble(Volatile.Read(ref _average));
        var next = old + (Weight * (counted.TotalMicroseconds - old));
        Volatile.Write(ref _average, BitConverter.DoubleToInt64Bits(next));
        Volatile.Write(ref _updated, timestamp);
    }

    /// <summary>Lower is better. Requests that it has not answered yet count, so that one who has stalled is noticed before he times out.</summary>
    public double Score(TimeProvider time, long timestamp)
    {
        var age = time.GetElapsedTime(Volatile.Read(ref _updated), timestamp);
        var faded = BitConverter.Int64BitsToDouble(Volatile.Read(ref _average)) * Math.Pow(0.5, age / HalfLife);
        return faded * (1 + Volatile.Read(ref _outstanding));
    }
}
