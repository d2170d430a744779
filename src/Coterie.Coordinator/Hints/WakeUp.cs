namespace Coterie.Coordinator.Hints;

/// <summary>
/// What a background loop waits for: that someone signals, or that a time has passed. A signal is not lost when nobody waits. Not a timed wait on a
/// task: those go on in the thread pool, where a simulation cannot follow.
/// </summary>
internal sealed class WakeUp : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private TaskCompletionSource _signal = NewSignal();

    public WakeUp(TimeProvider time)
    {
        _timer = time.CreateTimer(static state => ((WakeUp)state!).Signal(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Signal()
    {
        lock (_lock)
        {
            _signal.TrySetResult();
        }
    }

    /// <summary>For one waiting loop.</summary>
    /// <param name="atMost">Null: until there is a signal.</param>
    public async Task WaitAsync(TimeSpan? atMost)
    {
        Task signal;
        lock (_lock)
        {
            signal = _signal.Task;
        }

        if (atMost is { } span)
        {
            // Timers know no part of a millisecond: rounded down, a wait would end before its time, again and again.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }

        await signal;
        lock (_lock)
        {
            _signal = NewSignal();
        }
    }

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
