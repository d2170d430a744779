using System.Threading.Tasks.Sources;
using Coterie.Model;

namespace Coterie.Storage.Rocks;

/// <summary>
/// The one thread that writes and waits for fsyncs. It takes one batch at a time; its caller awaits a value task that costs no allocation.
/// </summary>
/// <remarks>
/// The awaiting loop is resumed on this thread itself: it tells the writes, fills the next batch and hands it over, and the thread goes
/// straight on to the next fsync with no switch between. What the writes do when told must therefore be short, as their contract demands.
/// </remarks>
internal sealed class CommitThread : IValueTaskSource, IAsyncDisposable
{
    private readonly SemaphoreSlim _given = new(0);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<StorageBatch, Exception?> _commit;
    private readonly Action _idle;
    private readonly TimeSpan _idleAfter;
    private ManualResetValueTaskSourceCore<bool> _done;
    private StorageBatch? _batch;
    private int _busy;
    private volatile bool _stopping;

    /// <param name="commit">Makes a batch durable, or says why not. Called on the thread; must not throw.</param>
    /// <param name="idle">Called on the thread, once after each run of commits, when none has followed for a while; must not throw.</param>
    /// <param name="idleAfter">That while.</param>
    public CommitThread(Func<StorageBatch, Exception?> commit, Action idle, TimeSpan idleAfter)
    {
        _commit = commit;
        _idle = idle;
        _idleAfter = idleAfter;
        new Thread(Run) { IsBackground = true, Name = "storage commit" }.Start();
    }

    public ValueTask CommitAsync(StorageBatch batch)
    {
        Check.That(Interlocked.Exchange(ref _busy, 1) == 0, "one commit at a time");
        _done.Reset();
        _batch = batch;
        _given.Release();
        return new ValueTask(this, _done.Version);
    }

    /// <summary>Completes after the commit under way, if any, has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _given.Release();
        await _stopped.Task;
        _given.Dispose();
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private void Run()
    {
        var wait = Timeout.InfiniteTimeSpan;
        while (true)
        {
            if (!_given.Wait(wait))
            {
                _idle();
                wait = Timeout.InfiniteTimeSpan;
                continue;
            }

            wait = _idleAfter;
            var batch = Interlocked.Exchange(ref _batch, null);
            if (batch is not null)
            {
                Complete(_commit(batch));
            }
            else if (_stopping)
            {
                break;
            }
        }

        _stopped.TrySetResult();
    }

    private void Complete(Exception? failure)
    {
        // Free for the next commit before the caller is resumed: it may give the next batch from inside.
        Volatile.Write(ref _busy, 0);
        if (failure is null)
        {
            _done.SetResult(true);
        }
        else
        {
            _done.SetException(failure);
        }
    }
}
