namespace Coterie.Simulator.Kernel;

/// <summary>
/// A machine's wall clock: an offset from true time that can be stepped, and a drift. It outlives the machine's processes. The monotonic
/// clock is apart from it and only drifts.
/// </summary>
public sealed class SimulatedClock
{
    /// <summary>How far the wall clock is from true time.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>Parts per million by which it runs fast.</summary>
    public double DriftPpm { get; init; }

    internal long LocalTicks(long trueTicks) => trueTicks + (long)(trueTicks * (DriftPpm / 1_000_000));

    internal long TrueSpan(long localSpan) => (long)(localSpan / (1 + (DriftPpm / 1_000_000)));
}
