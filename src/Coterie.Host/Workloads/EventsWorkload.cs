using Coterie.Host.CqlClient;
using Coterie.Host.Lab;

namespace Coterie.Host.Workloads;

/// <summary>
/// Readings of devices, appended by device and day, newest first, read as ranges of time. Some devices' readings expire within seconds: while they live some of them
/// are read back at once, and when their time is over nothing may be left.
/// </summary>
public sealed class EventsWorkload(string table, TimeProvider time) : IWorkload
{
    private const int ReadsInFlight = 16;

    /// <summary>Of the events that expire, one of so many is read back while it lives.</summary>
    private const int ReadBackOneOf = 4;

    private const long RangeMilliseconds = 10_000;

    private static readonly TimeSpan Long = TimeSpan.FromDays(30);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <summary>Nodes count lives in whole seconds, and by clocks of their own.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly string _insert = $"INSERT INTO {table} (device, day, at, sequence, reading) VALUES (?, ?, ?, ?, ?) USING TTL ?";
    private readonly string _select = $"SELECT at, sequence, reading FROM {table} WHERE device = ? AND day = ? AND at >= ? AND at < ?";
    private readonly EventBook _book = new();
    private readonly LabFindings _early = new();
    private long _lastEnded;

    public string TableDefinition =>
        $"CREATE TABLE {table} (device int, day date, at timestamp, sequence bigint, reading text, PRIMARY KEY ((device, day), at, sequence)) WITH CLUSTERING ORDER BY (at DESC, sequence DESC)";

    public WorkloadWrite Next(long number)
    {
        var next = _book.Next(number, time.GetUtcNow());
        var life = EventBook.Expires(next.Device) ? Short : Long;
        return new WorkloadWrite(new CqlStatement(
            _insert,
            WireValue.Int(next.Device),
            WireValue.Date(next.Day),
            WireValue.Bigint(next.At),
            WireValue.Bigint(number),
            WireValue.Text(next.Reading),
            WireValue.Int((int)life.TotalSeconds)));
    }

    public async Task EndedAsync(long number, LabAnswer answer, WorkloadReader reader)
    {
        var written = _book.Ended(number, answer.Outcome);
        Interlocked.Exchange(ref _lastEnded, time.GetTimestamp());
        if (answer.Outcome != LabOutcome.Acknowledged || !EventBook.Expires(written.Device) || number / EventBook.Devices % ReadBackOneOf != 0)
        {
            return;
        }

        var rows = await reader.ReadOnceAsync(Range(written.Device, written.Day, written.At, written.At + 1));
        var lived = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(written.At);
        if (rows is not null && lived < Short - Margin && !rows.Any(row => WireValue.ReadBigint(row[1]) == number && WireValue.ReadText(row[2]) == written.Reading))
        {
            _early.Lose($"{EventBook.Describe(written)}, before its time was over");
        }
    }

    public async Task CheckAsync(WorkloadReader reader, LabFindings findings, CancellationToken cancellationToken)
    {
        foreach (var lost in _early.Lost)
        {
            findings.Lose(lost);
        }

        var ranges = _book.Partitions().SelectMany(static one => Ranges(one.Device, one.Day, one.First, one.Last)).ToList();
        await EachAsync(ranges.Where(static one => !EventBook.Expires(one.Device)), CheckRangeAsync);

        // A write that was not answered may be done late; only then does its life begin.
        var left = Short + Margin - time.GetElapsedTime(Interlocked.Read(ref _lastEnded));
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        await EachAsync(ranges.Where(static one => EventBook.Expires(one.Device)), CheckExpiredAsync);

        Task EachAsync(IEnumerable<EventRange> some, Func<EventRange, Task> check) => Parallel.ForEachAsync(
            some, new ParallelOptions { MaxDegreeOfParallelism = ReadsInFlight, CancellationToken = cancellationToken }, async (one, _) => await check(one));

        async Task CheckRangeAsync(EventRange range)
        {
            var written = _book.Within(range.Device, range.Day, range.From, range.To);
            if (await reader.ReadAsync(Range(range), cancellationToken) is { } rows)
            {
                _book.Check(written, [.. rows.Select(static row => new ReadEvent(WireValue.ReadBigint(row[0]), WireValue.ReadBigint(row[1]), WireValue.ReadText(row[2])))], findings);
            }
            else
            {
                findings.AddUnread(written.Count);
            }
        }

        async Task CheckExpiredAsync(EventRange range)
        {
            var rows = await reader.ReadAsync(Range(range), cancellationToken);
            foreach (var row in rows ?? [])
            {
                findings.Return($"event {WireValue.ReadBigint(row[1])} of device {range.Device}, whose time is over");
            }

            findings.AddUnread(rows is null ? _book.Within(range.Device, range.Day, range.From, range.To).Count : 0);
        }
    }

    private static IEnumerable<EventRange> Ranges(int device, int day, long first, long last)
    {
        for (var from = first; from <= last; from += RangeMilliseconds)
        {
            yield return new EventRange(device, day, from, from + RangeMilliseconds);
        }
    }

    private CqlStatement Range(EventRange range) => Range(range.Device, range.Day, range.From, range.To);

    private CqlStatement Range(int device, int day, long from, long to) =>
        new(_select, WireValue.Int(device), WireValue.Date(day), WireValue.Bigint(from), WireValue.Bigint(to));

    /// <param name="To">The first millisecond that is not in it.</param>
    private readonly record struct EventRange(int Device, int Day, long From, long To);
}
