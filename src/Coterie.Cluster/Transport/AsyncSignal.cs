using System.Threading.Tasks.Sources;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Wakes one waiting loop, without allocating. Setting it before the wait makes the wait complete at once; setting it twice is setting it once.
/// </summary>
/// <remarks>
/// Invariant: one waiter at a time. A semaphore would count and allocate; a channel would hold items. The continuation never runs inside
/// <see cref="Set"/>: a sender must not become the flusher.
/// </remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public ValueTask WaitAsync()
    {
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _core.Version);
        }

        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    public void Set()
    {
        if (Interlocked.CompareExchange(ref _state, Signalled, Idle) == Waiting
            && Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
        {
            _core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
