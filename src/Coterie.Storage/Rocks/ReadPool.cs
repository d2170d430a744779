namespace Coterie.Storage.Rocks;

/// <summary>A few threads that may wait for the disk, and a bounded queue in front of them, so that a cold read never holds a pool thread.</summary>
internal sealed class ReadPool : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly Queue<IStorageWork> _queue;
    private readonly int _queuedMax;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _threads;
    private int _running;
    private bool _stopping;

    public ReadPool(int threads, int queuedMax)
    {
        _queuedMax = queuedMax;
        _queue = new Queue<IStorageWork>(queuedMax);
        _threads = threads;
        _running = threads;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Run) { IsBackground = true, Name = $"storage read {i}" }.Start();
        }
    }

    public bool TrySchedule(IStorageWork work)
    {
        lock (_lock)
        {
            if (_stopping || _queue.Count >= _queuedMax)
            {
                return false;
            }

            _queue.Enqueue(work);
            _waiting.Release();
        }

        return true;
    }

    /// <summary>Runs what is queued, takes no more, and completes when the last thread has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopping = true;
        }

        _waiting.Release(_threads);
        await _stopped.Task;
        _waiting.Dispose();
    }

    private void Run()
    {
        while (TryTake(out var work))
        {
            work.Run();
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            _stopped.TrySetResult();
        }
    }

    private bool TryTake(out IStorageWork work)
    {
        _waiting.Wait();
        lock (_lock)
        {
            return _queue.TryDequeue(out work!);
        }
    }
}
