namespace Coterie.Storage.Rocks;

/// <summary>
/// Keeps the native database open while anyone is inside it: freed memory would be read otherwise, which ends the process.
/// Entering and leaving cost one interlocked operation each.
/// </summary>
internal sealed class ReaderGate
{
    // Set once, when the gate closes; the bits above count who is inside.
    private const int Closed = 1;
    private const int One = 2;

    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public bool TryEnter()
    {
        if ((Interlocked.Add(ref _state, One) & Closed) == 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Add(ref _state, -One) == Closed)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>Nobody enters any more; completes when nobody is inside.</summary>
    public Task CloseAsync()
    {
        if (Interlocked.Or(ref _state, Closed) is 0 or Closed)
        {
            _empty.TrySetResult();
        }

        return _empty.Task;
    }
}
