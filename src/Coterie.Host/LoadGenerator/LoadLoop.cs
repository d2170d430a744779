using System.Diagnostics;
using Coterie.Host.CqlClient;
using HdrHistogram;

namespace Coterie.Host.LoadGenerator;

/// <summary>
/// Makes load from one thread over non-blocking sockets, and measures it.
/// </summary>
/// <remarks>
/// At a fixed rate every request has a time at which it is due, whether or not the servers keep up, and its latency counts from then: a stall
/// is seen by all requests that fell into it, not by one for each stream (coordinated omission; Gil Tene's wrk2 works the same way). Without a
/// rate the loop is closed: an answer triggers the next request, and latencies say only how long the servers took.
/// </remarks>
public sealed class LoadLoop
{
    private const long HighestMicroseconds = 600_000_000;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestLateness = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly LoadOptions _options;
    private readonly LoadConnection[] _connections;
    private readonly long[] _reconnectAt;
    private readonly PollSet _poll;
    private readonly RequestTemplate _write;
    private readonly RequestTemplate _read;
    private readonly LongHistogram _latencies = new(HighestMicroseconds, 3);
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly AnswerHandler _answered;
    private ulong _random;
    private long _measureFrom;
    private long _measureTo;
    private long _operations;
    private long _issued;
    private long _sequentialKey = -1;
    private long _issueMax = long.MaxValue;
    private int _nextConnection;

    public LoadLoop(LoadOptions options)
    {
        _options = options;
        _connections = [.. Enumerable.Range(0, options.Connections).Select(i => new LoadConnection(options.Servers[i % options.Servers.Count], options.InFlight))];
        _reconnectAt = new long[_connections.Length];
        _poll = new PollSet(_connections.Length);
        _write = new RequestTemplate(options.WriteId.Span, options.Consistency, options.ValueBytes, options.ValueFirst);
        _read = new RequestTemplate(options.ReadId.Span, options.Consistency, 0);
        _answered = OnAnswer;
        _random = (ulong)Stopwatch.GetTimestamp() | 1;
    }

    /// <summary>Blocks the calling thread until the load is over.</summary>
    public LoadReport Run(CancellationToken cancellationToken)
    {
        ConnectAll();
        var start = Stopwatch.GetTimestamp();
        _measureFrom = start + Ticks(_options.Warmup);
        _measureTo = _measureFrom + Ticks(_options.Duration);
        for (var now = start; now < _measureTo && !cancellationToken.IsCancellationRequested; now = Stopwatch.GetTimestamp())
        {
            Turn(now, start);
        }

        if (_options.Rate is { } rate)
        {
            AwaitLate(start, rate, cancellationToken);
        }

        var seconds = Math.Min(Stopwatch.GetElapsedTime(_measureFrom).TotalSeconds, _options.Duration.TotalSeconds);
        return Report(Math.Max(seconds, 0.001));
    }

    /// <summary>Writes every row once, as fast as it goes, so that there is something to read. Errors are counted; the rows are then missing.</summary>
    public LoadReport Fill(CancellationToken cancellationToken)
    {
        ConnectAll();
        var start = Stopwatch.GetTimestamp();
        _measureFrom = start;
        _measureTo = long.MaxValue;
        _sequentialKey = 0;
        while ((_sequentialKey < _options.Rows || _connections.Any(connection => connection.InFlight > 0)) && !cancellationToken.IsCancellationRequested)
        {
            Turn(Stopwatch.GetTimestamp(), start);
        }

        return Report(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>
    /// What was due within the time belongs to the measurement, however late it is answered: leaving it out would hide a stall at the end.
    /// What is not answered even now is an error.
    /// </summary>
    private void AwaitLate(long start, double rate, CancellationToken cancellationToken)
    {
        var dueInAll = (long)((_measureTo - start) * rate / Stopwatch.Frequency);
        var patience = Stopwatch.GetTimestamp() + Ticks(LongestLateness);
        _issueMax = dueInAll;
        while (!cancellationToken.IsCancellationRequested && (_issued < dueInAll || _connections.Any(connection => connection.InFlight > 0)))
        {
            var now = Stopwatch.GetTimestamp();
            if (now > patience)
            {
                Count("Unanswered", dueInAll - _issued + _connections.Sum(connection => connection.InFlight), now);
                return;
            }

            Turn(now, start);
        }
    }

    private void ConnectAll()
    {
        for (var i = 0; i < _connections.Length; i++)
        {
            _connections[i].Connect();
            _poll.Set(i, _connections[i].Socket);
        }
    }

    private void Turn(long now, long start)
    {
        var wait = _options.Rate is { } rate && _sequentialKey < 0 ? IssueDue(now, start, rate) : IssueAll(now);
        for (var i = 0; i < _connections.Length; i++)
        {
            Guard(i, now, static (connection, _) => connection.Flush());
            _poll.WantWrite(i, _connections[i].HasUnsent);
        }

        _poll.Wait(wait);
        for (var i = 0; i < _connections.Length; i++)
        {
            if (_connections[i].Socket is null)
            {
                Reconnect(i, now);
            }
            else if (_poll.IsReady(i))
            {
                Guard(i, now, static (connection, answered) => connection.Receive(answered));
            }
        }
    }

    private void Guard(int index, long now, Action<LoadConnection, AnswerHandler> action)
    {
        var connection = _connections[index];
        if (connection.Socket is null)
        {
            return;
        }

        try
        {
            action(connection, _answered);
        }
        catch (IOException)
        {
            Count("ConnectionLost", connection.Close(), now);
            _poll.Set(index, null);
            _reconnectAt[index] = now + Ticks(ReconnectPause);
        }
    }

    private void Reconnect(int index, long now)
    {
        if (now < _reconnectAt[index])
        {
            return;
        }

        try
        {
            _connections[index].Connect();
            _poll.Set(index, _connections[index].Socket);
        }
        catch (IOException)
        {
            Count("ConnectionRefused", 1, now);
            _reconnectAt[index] = now + Ticks(ReconnectPause);
        }
    }

    private TimeSpan IssueAll(long now)
    {
        foreach (var connection in _connections)
        {
            while (connection.HasFreeStream && HasMoreToIssue())
            {
                Issue(connection, now);
            }
        }

        return LongestWait;
    }

    private bool HasMoreToIssue() => _sequentialKey < 0 || _sequentialKey < _options.Rows;

    /// <summary>Sends what is due, as long as a stream is free; what cannot be sent yet stays due. Returns how long until the next is due.</summary>
    private TimeSpan IssueDue(long now, long start, double rate)
    {
        var ticksEach = Stopwatch.Frequency / rate;
        while (true)
        {
            var due = start + (long)(_issued * ticksEach);
            if (_issued >= _issueMax)
            {
                return LongestWait;
            }

            if (due > now)
            {
                var wait = TimeSpan.FromSeconds((due - now) / (double)Stopwatch.Frequency);
                return wait < LongestWait ? wait : LongestWait;
            }

            if (NextFree() is not { } connection)
            {
                return LongestWait;
            }

            Issue(connection, due);
        }
    }

    private LoadConnection? NextFree()
    {
        for (var tried = 0; tried < _connections.Length; tried++)
        {
            var connection = _connections[_nextConnection++ % _connections.Length];
            if (connection.HasFreeStream)
            {
                return connection;
            }
        }

        return null;
    }

    private void Issue(LoadConnection connection, long startedAt)
    {
        _issued++;
        var random = NextRandom();
        var filling = _sequentialKey >= 0;
        var key = filling ? _sequentialKey++ : (long)(random % (ulong)_options.Rows);
        var writes = filling || _options.Workload == LoadWorkload.Write || (_options.Workload == LoadWorkload.Mixed && (random >> 62) < 2);
        connection.Enqueue(writes ? _write : _read, key, random, startedAt);
    }

    private void OnAnswer(long startedAt, int? error)
    {
        var now = Stopwatch.GetTimestamp();
        var belongsBy = _options.Rate is null ? now : startedAt;
        if (belongsBy < _measureFrom || belongsBy > _measureTo)
        {
            return;
        }

        if (error is { } code)
        {
            Count(new CqlErrorException(code, "").CodeName, 1, now);
            return;
        }

        _operations++;
        var microseconds = (long)Stopwatch.GetElapsedTime(startedAt, now).TotalMicroseconds;
        _latencies.RecordValue(Math.Clamp(microseconds, 1, HighestMicroseconds));
    }

    private void Count(string kind, long count, long now)
    {
        if (count > 0 && now >= _measureFrom)
        {
            _errors[kind] = _errors.GetValueOrDefault(kind) + count;
        }
    }

    private LoadReport Report(double seconds)
    {
        foreach (var connection in _connections)
        {
            connection.Close();
        }

        return new LoadReport(
            _operations,
            Math.Round(seconds, 3),
            Math.Round(_operations / seconds, 1),
            Milliseconds(_latencies, 50),
            Milliseconds(_latencies, 99),
            Milliseconds(_latencies, 99.9),
            Milliseconds(_latencies, 100),
            _errors);
    }

    private static double Milliseconds(LongHistogram latencies, double percentile) =>
        latencies.TotalCount == 0 ? 0 : latencies.GetValueAtPercentile(percentile) / 1000.0;

    /// <summary>xorshift64* (Vigna, 2014): which keys are asked for need not be secret, only even and cheap.</summary>
    private ulong NextRandom()
    {
        _random ^= _random >> 12;
        _random ^= _random << 25;
        _random ^= _random >> 27;
        return _random * 2685821657736338717UL;
    }
}
