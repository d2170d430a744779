namespace Coterie.Host.Network;

/// <summary>
/// How many accepted sockets the whole process may have open. It leaves file descriptors for what must not fail: the log, the tables and the
/// connections to peers. When it is used up nothing is accepted, and clients wait in the kernel's queue, until something closes.
/// </summary>
internal sealed class AcceptBudget(int most)
{
    private int _open;

    public bool IsUsedUp => Volatile.Read(ref _open) >= most;

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);
}
