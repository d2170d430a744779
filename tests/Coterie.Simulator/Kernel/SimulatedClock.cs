namespace Coterie.Simulator.Kernel;

/// <summary>
/// A machine's wall clock: an offset from true time that can be stepped, a drift, and a freeze. It outlives the machine's processes. The monotonic
/// clock is apart from it and only drifts.
/// </summary>
public sealed class SimulatedClock
{
    private long? _frozenAt;

    /// <summary>How far the wall clock is from true time.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>Parts per million by which it runs fast.</summary>
    public double DriftPpm { get; init; }

    /// <summary>The wall clock stands still, as where time is kept by something that hangs. Steps still move it.</summary>
    /// <param name="trueTicks">Now.</param>
    public void Freeze(long trueTicks) => _frozenAt ??= trueTicks;

    /// <summary>It goes on, at the time at which it would be by now.</summary>
    public void Thaw() => _frozenAt = null;

    internal long LocalTicks(long trueTicks) => trueTicks + (long)(trueTicks * (DriftPpm / 1_000_000));

    internal long WallTicks(long trueTicks) => LocalTicks(_frozenAt ?? trueTicks) + Offset.Ticks;

    // Rounded up: no timer ends before its time, and whoever waits for the rest of it would otherwise wait for nothing, for ever.
    internal long TrueSpan(long localSpan) => (long)Math.Ceiling(localSpan / (1 + (DriftPpm / 1_000_000)));
}
