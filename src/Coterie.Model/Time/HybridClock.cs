namespace Coterie.Model.Time;

/// <summary>
/// Stamps writes: wall time in microseconds, made strictly increasing, never behind what another node's clock has said (within 1 s), and
/// never behind what this node stamped before a restart, because it persists a ceiling ahead of itself and starts above it. After
/// Kulkarni et al., "Logical Physical Clocks" (2014), with the logical part folded into the microseconds. Never adopts a client's stamp:
/// one USING TIMESTAMP in the year 9999 would poison the cluster.
/// </summary>
public sealed class HybridClock
{
    /// <param name="time">Wall clock.</param>
    /// <param name="persistedCeiling">The last ceiling that was made durable; 0 at the first start. Every stamp is greater.</param>
    public HybridClock(TimeProvider time, long persistedCeiling) => throw new NotImplementedException();

    /// <summary>The next stamp: greater than every stamp before it. The owner persists <see cref="NextCeiling"/> in time; see <see cref="CeilingNeeded"/>.</summary>
    public WriteTimestamp Next() => throw new NotImplementedException();

    /// <summary>Another node's clock: adopted if it is ahead by at most <see cref="MaximumAdoption"/>; else ignored and false.</summary>
    public bool Observe(WriteTimestamp other) => throw new NotImplementedException();

    /// <summary>The latest stamp given or adopted, for heartbeats.</summary>
    public WriteTimestamp Latest => throw new NotImplementedException();

    /// <summary>True when stamps come near the persisted ceiling: the owner persists <see cref="NextCeiling"/> and then calls <see cref="RaiseCeiling"/>.</summary>
    public bool CeilingNeeded => throw new NotImplementedException();

    public long NextCeiling => throw new NotImplementedException();

    /// <summary>The ceiling has been made durable. Stamps never pass the durable ceiling: <see cref="Next"/> stalls on it rather than going above.</summary>
    public void RaiseCeiling(long ceiling) => throw new NotImplementedException();

    public static TimeSpan MaximumAdoption => TimeSpan.FromSeconds(1);
}
