using System.Diagnostics;
using System.Globalization;
using System.Net;
using Coterie.Model.Quorum;

namespace Coterie.Host.Lab;

/// <summary>One write of a lab: a key of its own, and how it ended. Times are since the lab began.</summary>
/// <param name="Due">When it was to be sent, whether or not the cluster kept up; latency counts from here.</param>
/// <param name="Ended">When the client knew its outcome.</param>
public readonly record struct LabWrite(long Key, TimeSpan Due, TimeSpan Ended, LabOutcome Outcome, string? Reason);

/// <summary>
/// A stream of writes to one table at a steady rate, each of a key of its own and remembered with its outcome; afterwards, what the table holds of them.
/// </summary>
public sealed class LabWrites : IAsyncDisposable
{
    /// <summary>Writes in flight; what is due beyond waits its turn, and its latency counts meanwhile.</summary>
    private const int InFlightMax = 4_000;

    private const int ReadsInFlight = 64;
    private const int ReadAttempts = 20;
    private const int ConnectionsPerNode = 2;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(500);

    private readonly string _table;
    private readonly double _rate;
    private readonly long _began;
    private readonly LabSession _session;
    private readonly SemaphoreSlim _room = new(InFlightMax, InFlightMax);
    private readonly List<LabWrite> _writes = [];
    private readonly List<Task> _unanswered = [];

    /// <param name="table">With a column id of type bigint, the key, and a column value of type text.</param>
    /// <param name="rate">Writes a second.</param>
    /// <param name="began">When the lab began, by <see cref="Stopwatch"/>.</param>
    public LabWrites(string table, IReadOnlyList<IPEndPoint> servers, double rate, long began)
    {
        _table = table;
        _rate = rate;
        _began = began;
        _session = new LabSession(servers, ConnectionsPerNode);
    }

    /// <summary>Nodes that it has a connection to.</summary>
    public int Connected => _session.Connected;

    /// <summary>All that were sent so far, in the order of their keys.</summary>
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

    /// <summary>Writes until it is told to stop, then waits for what is in flight.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var started = Stopwatch.GetElapsedTime(_began);
        using var timer = new PeriodicTimer(Pace);
        for (var key = 0L; !stop.IsCancellationRequested;)
        {
            var due = (long)((Stopwatch.GetElapsedTime(_began) - started).TotalSeconds * _rate);
            for (; key < due && !stop.IsCancellationRequested; key++)
            {
                await Task.WhenAny(_room.WaitAsync(stop));
                if (!stop.IsCancellationRequested)
                {
                    _unanswered.Add(WriteAsync(key, started + TimeSpan.FromSeconds(key / _rate)));
                }
            }

            _unanswered.RemoveAll(static write => write.IsCompletedSuccessfully);
            await Task.WhenAny(timer.WaitForNextTickAsync(stop).AsTask());
        }

        await Task.WhenAll(_unanswered);
    }

    /// <summary>Looks for every write at QUORUM.</summary>
    /// <param name="progress">Told how many have been looked for.</param>
    public async Task<LabFindings> ReadBackAsync(Action<int> progress, CancellationToken cancellationToken)
    {
        var writes = Written;
        var findings = new LabFindings();
        var done = 0;
        await Parallel.ForEachAsync(
            writes,
            new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken },
            async (write, stop) =>
            {
                var isThere = await IsThereAsync(write.Key, stop);
                findings.Add(write, isThere);
                if (Interlocked.Increment(ref done) is var count && count % 5_000 == 0)
                {
                    progress(count);
                }
            });
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _room.Dispose();
    }

    private static string ValueOf(long key) => string.Create(CultureInfo.InvariantCulture, $"value of {key}, one hundred bytes with what comes behind {key:D12}, so that it is like the rest");

    private async Task WriteAsync(long key, TimeSpan due)
    {
        lock (_writes)
        {
            _writes.Add(new LabWrite(key, due, TimeSpan.MaxValue, LabOutcome.Pending, null));
        }

        var statement = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {_table} (id, value) VALUES ({key}, '{ValueOf(key)}')");
        var answer = await _session.AskAsync(statement, ConsistencyLevel.Quorum);
        var ended = Stopwatch.GetElapsedTime(_began);
        lock (_writes)
        {
            _writes[(int)key] = new LabWrite(key, due, ended, answer.Outcome, answer.Reason);
        }

        _room.Release();
    }

    /// <summary>Null: the cluster did not say, however often it was asked.</summary>
    private async Task<bool?> IsThereAsync(long key, CancellationToken stop)
    {
        var statement = string.Create(CultureInfo.InvariantCulture, $"SELECT value FROM {_table} WHERE id = {key}");
        for (var attempt = 0; attempt < ReadAttempts; attempt++)
        {
            var answer = await _session.AskAsync(statement, ConsistencyLevel.Quorum);
            if (answer.Result is { } result)
            {
                return result.Rows is [[{ } value]] && System.Text.Encoding.UTF8.GetString(value.Span) == ValueOf(key);
            }

            await Task.Delay(ReadPause, stop);
        }

        return null;
    }
}
