using System.Diagnostics;
using Coterie.Host.Workloads;

namespace Coterie.Host.Lab;

/// <summary>One write of a lab, and how it ended. Times are since the lab began.</summary>
/// <param name="Number">Of the stream that it is in.</param>
/// <param name="Due">When it was to be sent, whether or not the cluster kept up; latency counts from here.</param>
/// <param name="Ended">When the client knew its outcome.</param>
public readonly record struct LabWrite(long Number, TimeSpan Due, TimeSpan Ended, LabOutcome Outcome, string? Reason);

/// <summary>
/// A stream of writes of one workload at a steady rate or as fast as they are answered, each remembered with its outcome; afterwards, what the table holds of them.
/// </summary>
public sealed class LabWrites : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

    private readonly IWorkload _workload;
    private readonly LabLoad _load;
    private readonly long _began;
    private readonly LabSession _session;
    private readonly WorkloadReader _reader;
    private readonly SemaphoreSlim _room;
    private readonly List<LabWrite> _writes = [];
    private readonly List<Task> _unanswered = [];

    /// <param name="began">When the lab began, by <see cref="Stopwatch"/>.</param>
    public LabWrites(IWorkload workload, LabLoad load, long began)
    {
        _workload = workload;
        _load = load;
        _began = began;
        _room = new SemaphoreSlim(load.InFlightMax, load.InFlightMax);
        _session = new LabSession(load.Servers, load.ConnectionsPerNode);
        _reader = new WorkloadReader(_session, load.ReadLevel);
    }

    /// <summary>Told of each write when its outcome is known, one after another and in the order of their ends; must not take long. Null: nobody is.</summary>
    public Action<LabWrite>? Ended { get; init; }

    /// <summary>How many were sent so far.</summary>
    public int Count
    {
        get
        {
            lock (_writes)
            {
                return _writes.Count;
            }
        }
    }

    /// <summary>Since the lab began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>All that were sent so far, in their order.</summary>
    public IReadOnlyList<LabWrite> Written
    {
        get
        {
            lock (_writes)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Waits until it has a connection to so many nodes, or as long as makes sense: one that is not there now may come later.</summary>
    public async Task ConnectedAsync(int nodes, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ConnectPatience);
        while (_session.Connected < nodes && !patience.IsCancellationRequested)
        {
            await Task.Delay(ConnectPause, cancellationToken);
        }
    }

    /// <summary>Writes until it is told to stop, then waits for what is in flight.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await (_load.Rate is { } rate ? RunAtAsync(rate, stop) : RunAtOnceAsync(stop));
        await Task.WhenAll(_unanswered);
    }

    /// <summary>Looks for all that was written.</summary>
    public async Task<LabFindings> CheckAsync(CancellationToken cancellationToken)
    {
        var findings = new LabFindings();
        await _workload.CheckAsync(_reader, findings, cancellationToken);
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _room.Dispose();
    }

    private async Task RunAtAsync(double rate, CancellationToken stop)
    {
        var started = Elapsed;
        using var timer = new PeriodicTimer(Pace);
        for (var number = 0L; !stop.IsCancellationRequested;)
        {
            var due = (long)((Elapsed - started).TotalSeconds * rate);
            for (; number < due && !stop.IsCancellationRequested; number++)
            {
                await Task.WhenAny(_room.WaitAsync(stop));
                if (!stop.IsCancellationRequested)
                {
                    _unanswered.Add(WriteAsync(number, started + TimeSpan.FromSeconds(number / rate)));
                }
            }

            Forget();
            await Task.WhenAny(timer.WaitForNextTickAsync(stop).AsTask());
        }
    }

    private async Task RunAtOnceAsync(CancellationToken stop)
    {
        for (var number = 0L; ; number++)
        {
            await Task.WhenAny(_room.WaitAsync(stop));
            if (stop.IsCancellationRequested)
            {
                return;
            }

            _unanswered.Add(WriteAsync(number, Elapsed));
            if (_unanswered.Count > 2 * _load.InFlightMax)
            {
                Forget();
            }
        }
    }

    /// <summary>What has failed is not forgotten: it must come out.</summary>
    private void Forget() => _unanswered.RemoveAll(static write => write.IsCompletedSuccessfully);

    private async Task WriteAsync(long number, TimeSpan due)
    {
        lock (_writes)
        {
            _writes.Add(new LabWrite(number, due, TimeSpan.MaxValue, LabOutcome.Pending, null));
        }

        var answer = await _session.AskAsync(_workload.Next(number), _load.Level);
        lock (_writes)
        {
            var write = new LabWrite(number, due, Elapsed, answer.Outcome, answer.Reason);
            _writes[(int)number] = write;
            Ended?.Invoke(write);
        }

        _room.Release();
        await _workload.EndedAsync(number, answer, _reader);
    }
}
