namespace Coterie.Simulator.Kernel;

/// <summary>What one process takes for time. Timers fire as work of that process, and die with it.</summary>
public sealed class SimulatedTimeProvider : TimeProvider
{
    /// <summary>What a wall clock that is right shows at the start of a simulation.</summary>
    public static readonly DateTimeOffset Origin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Simulation _simulation;
    private readonly SimulatedProcess _process;
    private readonly SimulatedClock _clock;

    internal SimulatedTimeProvider(Simulation simulation, SimulatedProcess process, SimulatedClock clock)
    {
        _simulation = simulation;
        _process = process;
        _clock = clock;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Origin + new TimeSpan(_clock.WallTicks(_simulation.NowTicks));

    public override long GetTimestamp() => _clock.LocalTicks(_simulation.NowTicks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(_simulation, _process, _clock, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
