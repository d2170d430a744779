namespace Coterie.Coordinator.Hints;

/// <summary>
/// When the next hints may be sent: so many bytes a second over all replicas, and after trouble a pause for that replica, twice as long each time. Pure:
/// times are handed in, as spans since any one moment.
/// </summary>
internal sealed class ReplayPace(long bytesPerSecond)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    /// <summary>Until when nothing more may be sent to anybody.</summary>
    public TimeSpan Free { get; private set; }

    /// <summary>So many bytes have just been sent.</summary>
    public void Spend(long bytes, TimeSpan now) =>
        // What was not used is not saved up: a burst is what the rate is there to prevent.
        Free = (Free > now ? Free : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);

    /// <summary>The pause after a chunk that met trouble, given the pause before it; zero: there was none.</summary>
    public static TimeSpan PauseAfter(TimeSpan before) =>
        before == TimeSpan.Zero ? PauseMin : before * 2 < PauseMax ? before * 2 : PauseMax;
}
