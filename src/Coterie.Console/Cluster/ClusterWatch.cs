namespace Coterie.WebConsole.Cluster;

/// <summary>
/// One loop for all pages and all who ask the API. Invariant: it asks the nodes only while somebody waits; a round without one is its last, until the next comes.
/// </summary>
/// <remarks>It begins with the console and not in a page, whose turn it would otherwise wait for.</remarks>
internal sealed class ClusterWatch : IClusterWatch, IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestMin = TimeSpan.FromMilliseconds(500);

    /// <summary>Who has much to say is asked more seldom, so that looking costs a small part of the time.</summary>
    private static readonly TimeSpan RestForEach = TimeSpan.FromMicroseconds(20);

    private readonly TimeProvider _time;
    private readonly ClusterPoll _poll;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly Task _loop;
    private TaskCompletionSource _wanted = Signal();
    private TaskCompletionSource<ClusterMoment> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClusterMoment? _last;
    private long _lastAt;
    private int _waiting;

    public ClusterWatch(ConsoleCluster cluster, TimeProvider time)
    {
        _time = time;
        _poll = new ClusterPoll(cluster, time);
        _loop = WatchAsync();
    }

    public async Task<ClusterMoment> NextAsync(long seen, CancellationToken cancellationToken)
    {
        Task<ClusterMoment> next;
        lock (_gate)
        {
            if (_last is { } last && last.Number > seen && _time.GetElapsedTime(_lastAt) < Pace)
            {
                return last;
            }

            _waiting++;
            _wanted.TrySetResult();
            next = _next.Task;
        }

        try
        {
            return await next.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending.Cancel();
            _next.TrySetCanceled();
            _wanted.TrySetResult();
        }

        await _loop;
        _poll.Dispose();
        _ending.Dispose();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WatchAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await _wanted.Task;
            try
            {
                var began = _time.GetTimestamp();
                var moment = await _poll.AskAsync(_ending.Token);
                Publish(moment);
                var rest = Pace + (moment.Size * RestForEach) - _time.GetElapsedTime(began);
                await Task.Delay(rest > RestMin ? rest : RestMin, _time, _ending.Token);
                RestIfUnwatched();
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Those who wait get it, and the next are served.
                Fail(e);
            }
        }
    }

    private void Fail(Exception problem)
    {
        lock (_gate)
        {
            _next.TrySetException(problem);
            _next = new TaskCompletionSource<ClusterMoment>(TaskCreationOptions.RunContinuationsAsynchronously);
            _wanted = Signal();
        }
    }

    private void Publish(ClusterMoment moment)
    {
        lock (_gate)
        {
            if (_ending.IsCancellationRequested)
            {
                return;
            }

            (_last, _lastAt) = (moment, _time.GetTimestamp());
            _next.TrySetResult(moment);
            _next = new TaskCompletionSource<ClusterMoment>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void RestIfUnwatched()
    {
        lock (_gate)
        {
            if (_waiting == 0 && !_ending.IsCancellationRequested)
            {
                _wanted = Signal();
            }
        }
    }
}
