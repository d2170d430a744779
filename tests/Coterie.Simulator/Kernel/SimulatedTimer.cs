namespace Coterie.Simulator.Kernel;

/// <summary>Something that happens at a time: an entry of the simulation's heap.</summary>
internal interface ITimed
{
    /// <summary>False if it no longer has anything to do at this time.</summary>
    bool Fire(long due);
}

/// <summary>Something that happens outside every process: bytes arrive, a peer learns that another is gone.</summary>
internal sealed class NetworkEvent(Action action) : ITimed
{
    public bool Fire(long due)
    {
        action();
        return true;
    }
}

/// <summary>A timer in the simulation's heap. A change leaves the old entry there, to be passed over.</summary>
internal sealed class SimulatedTimer(Simulation simulation, SimulatedProcess process, SimulatedClock clock, TimerCallback callback, object? state)
    : ITimer, ITimed
{
    private long _due = long.MaxValue;
    private TimeSpan _period;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        _period = period;
        Arm(dueTime);
        return true;
    }

    public void Dispose() => _disposed = true;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>False if this entry was changed or disposed meanwhile.</summary>
    public bool Fire(long due)
    {
        if (_disposed || due != _due || !process.IsAlive)
        {
            return false;
        }

        _due = long.MaxValue;
        if (_period > TimeSpan.Zero)
        {
            Arm(_period);
        }

        process.Post(() =>
        {
            if (!_disposed)
            {
                callback(state);
            }
        });
        return true;
    }

    private void Arm(TimeSpan dueTime)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            _due = long.MaxValue;
            return;
        }

        _due = simulation.NowTicks + clock.TrueSpan(dueTime.Ticks);
        simulation.Schedule(this, _due);
    }
}
