namespace Coterie.Coordinator.Reads;

/// <summary>
/// Looks at all reads under way now and then, for those that are slow. One timer, armed only while there are reads; a read pays one
/// increment for it. Operations are pooled, so the list of all of them is as long as there ever were at once.
/// </summary>
internal sealed class ReadTicker : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private volatile ReadOperation[] _operations = [];
    private int _count;
    private int _reads;
    private int _armed;

    public ReadTicker(TimeProvider time, TimeSpan period)
    {
        _time = time;
        _period = period;
        _timer = time.CreateTimer(static state => ((ReadTicker)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(ReadOperation operation)
    {
        lock (_lock)
        {
            if (_count == _operations.Length)
            {
                var larger = new ReadOperation[Math.Max(16, _count * 2)];
                _operations.CopyTo(larger, 0);
                larger[_count] = operation;
                _operations = larger;
            }
            else
            {
                _operations[_count] = operation;
            }

            Volatile.Write(ref _count, _count + 1);
        }
    }

    public void ReadBegins()
    {
        Interlocked.Increment(ref _reads);
        ArmIfNeeded();
    }

    public void ReadEnds() => Interlocked.Decrement(ref _reads);

    public void Dispose() => _timer.Dispose();

    /// <summary>Either the tick that disarms sees the new read, or the new read sees that the timer is disarmed: both cross a full fence in between.</summary>
    private void ArmIfNeeded()
    {
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    private void Tick()
    {
        var now = _time.GetTimestamp();
        var count = Volatile.Read(ref _count);
        var operations = _operations;
        for (var i = 0; i < Math.Min(count, operations.Length); i++)
        {
            operations[i].OnTick(now);
        }

        Interlocked.Exchange(ref _armed, 0);
        if (Volatile.Read(ref _reads) > 0)
        {
            ArmIfNeeded();
        }
    }
}
