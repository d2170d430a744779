namespace Coterie.Model.Time;

/// <summary>
/// Stamps writes: wall time in microseconds, made strictly increasing, never behind what another node's clock has said (within 1 s), and
/// never behind what this node stamped before a restart, because it persists a ceiling ahead of itself and starts above it. After
/// Kulkarni et al., "Logical Physical Clocks" (2014), with the logical part folded into the microseconds. Never adopts a client's stamp:
/// one USING TIMESTAMP in the year 9999 would poison the cluster.
/// </summary>
/// <remarks>
/// Invariant: every stamp given is at most the durable ceiling, so a restart, which starts above the ceiling, starts above every stamp.
/// When the next stamp would pass it (the owner has not persisted one in time, or the wall clock has jumped ahead) there is no stamp:
/// <see cref="TryNext"/> is false, and the request fails rather than waits. A new clock gives none until <see cref="RaiseCeiling"/>.
/// The owner looks at <see cref="CeilingNeeded"/> a few times a second and after every refusal, writes <see cref="NextCeiling"/> to
/// disk, and raises. When it stops cleanly it persists <see cref="Latest"/> instead, and so starts without a lead over the wall clock.
/// Safe from any thread, without locks.
/// </remarks>
public sealed class HybridClock
{

    private readonly TimeProvider _time;
    private long _latest;
    private long _ceiling;

    /// <param name="time">Wall clock.</param>
    /// <param name="persistedCeiling">The last ceiling that was made durable; 0 at the first start. Every stamp is greater.</param>
    public HybridClock(TimeProvider time, long persistedCeiling)
    {
        _time = time;
        _latest = persistedCeiling;
        _ceiling = persistedCeiling;
    }

    public static TimeSpan MaximumAdoption => TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far above the clock a ceiling is persisted: the longest that stamps go on while the disk does not, and the furthest that a node is ahead
    /// of its own wall clock when it starts again after a crash.
    /// </summary>
    public static TimeSpan CeilingStep => TimeSpan.FromSeconds(3);

    /// <summary>The latest stamp given or adopted, for heartbeats.</summary>
    public WriteTimestamp Latest => new(Volatile.Read(ref _latest));

    /// <summary>
    /// How far the next stamp would be ahead of the wall clock; zero or less while stamps follow it. Other nodes adopt at most
    /// <see cref="MaximumAdoption"/> of it: what a clock stamps that is further ahead beats what they stamp after it.
    /// </summary>
    public TimeSpan Lead => TimeSpan.FromMicroseconds(Volatile.Read(ref _latest) - _time.Microseconds());

    /// <summary>True when stamps come near the persisted ceiling: the owner persists <see cref="NextCeiling"/> and then calls <see cref="RaiseCeiling"/>.</summary>
    public bool CeilingNeeded => Ahead(CeilingStep * 2 / 3) > Volatile.Read(ref _ceiling);

    public long NextCeiling => Ahead(CeilingStep);

    /// <summary>The next stamp: greater than every stamp before it. False, and no stamp, if it would pass the durable ceiling.</summary>
    public bool TryNext(out WriteTimestamp stamp)
    {
        var latest = Volatile.Read(ref _latest);
        while (true)
        {
            var next = Math.Max(_time.Microseconds(), latest + 1);
            if (next > Volatile.Read(ref _ceiling))
            {
                stamp = WriteTimestamp.None;
                return false;
            }

            var seen = Interlocked.CompareExchange(ref _latest, next, latest);
            if (seen == latest)
            {
                stamp = new WriteTimestamp(next);
                return true;
            }

            latest = seen;
        }
    }

    /// <summary>As <see cref="TryNext"/>, for callers whose request may fail.</summary>
    /// <exception cref="BrokenRequestException">It would pass the durable ceiling.</exception>
    public WriteTimestamp Next()
    {
        Check.Request(TryNext(out var stamp), "the clock has reached its durable ceiling");
        return stamp;
    }

    /// <summary>
    /// Another node's clock: adopted if it is ahead of this node's wall clock by at most <see cref="MaximumAdoption"/>; else ignored and
    /// false. By the wall clock, not by the latest stamp, or nodes could lead one another away second by second.
    /// </summary>
    public bool Observe(WriteTimestamp other)
    {
        if (other.Microseconds > _time.Microseconds() + Microseconds(MaximumAdoption))
        {
            return false;
        }

        var latest = Volatile.Read(ref _latest);
        while (other.Microseconds > latest)
        {
            var seen = Interlocked.CompareExchange(ref _latest, other.Microseconds, latest);
            if (seen == latest)
            {
                break;
            }

            latest = seen;
        }

        return true;
    }

    /// <summary>The ceiling has been made durable. Stamps never pass the durable ceiling: <see cref="TryNext"/> refuses rather than going above.</summary>
    public void RaiseCeiling(long ceiling)
    {
        var current = Volatile.Read(ref _ceiling);
        while (ceiling > current)
        {
            var seen = Interlocked.CompareExchange(ref _ceiling, ceiling, current);
            if (seen == current)
            {
                return;
            }

            current = seen;
        }
    }

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    private long Ahead(TimeSpan span) => Math.Max(Volatile.Read(ref _latest), _time.Microseconds()) + Microseconds(span);
}
