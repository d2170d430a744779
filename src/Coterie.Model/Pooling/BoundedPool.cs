using System.Collections.Concurrent;

namespace Coterie.Model.Pooling;

/// <summary>
/// Keeps objects of the hot path for their next use, at most so many; what comes back to a full pool is left to the collector. Which object
/// is handed out never matters: whoever returns one has cleared it.
/// </summary>
public sealed class BoundedPool<T>(int capacity, Func<T> create)
    where T : class
{
    private readonly ConcurrentQueue<T> _kept = new();
    private int _count;

    public T Rent()
    {
        if (!_kept.TryDequeue(out var item))
        {
            return create();
        }

        Interlocked.Decrement(ref _count);
        return item;
    }

    public void Return(T item)
    {
        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            return;
        }

        _kept.Enqueue(item);
    }
}
