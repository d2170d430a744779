using Coterie.Storage;

namespace Coterie.Replica.Trees;

/// <summary>A function that may wait for the disk, run on the engine's I/O pool and awaited. For what is seldom.</summary>
internal sealed class StorageWork<T>(Func<T> function) : IStorageWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null if the pool's queue is full.</summary>
    public static Task<T>? TryRun(IStorageEngine engine, Func<T> function)
    {
        var work = new StorageWork<T>(function);
        return engine.TrySchedule(work) ? work._done.Task : null;
    }

    public void Run()
    {
        try
        {
            _done.SetResult(function());
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass: whoever awaits it gets it.
            _done.SetException(exception);
        }
    }
}
