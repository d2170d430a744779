using Coterie.Cluster.Ring;
using Coterie.Model.Reads;

namespace Coterie.Coordinator.Reads.Repair;

/// <summary>Runs the repairs of read_repair = ASYNC, which follow the answer: so many at a time, the rest is left to the next read. Stopping waits for them.</summary>
internal sealed class BackgroundRepairs(int max, Func<ReadCommand, ReplicaSet, ReadContext, Task> repair) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _stopping;

    /// <summary>Repairs left out because too many were under way.</summary>
    public long Dropped { get; private set; }

    public void Start(ReadCommand command, ReplicaSet replicas, ReadContext context)
    {
        lock (_lock)
        {
            if (_stopping || _running >= max)
            {
                Dropped++;
                return;
            }

            _running++;
        }

        _ = RunAsync(command, replicas, context);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopping = true;
            if (_running == 0)
            {
                _drained.TrySetResult();
            }
        }

        await _drained.Task;
    }

    private async Task RunAsync(ReadCommand command, ReplicaSet replicas, ReadContext context)
    {
        try
        {
            await repair(command, replicas, context);
        }
        finally
        {
            lock (_lock)
            {
                _running--;
                if (_stopping && _running == 0)
                {
                    _drained.TrySetResult();
                }
            }
        }
    }
}
