using System.Globalization;
using Coterie.Host.Lab;

namespace Coterie.Host.Workloads;

/// <summary>One event of a device.</summary>
/// <param name="At">Milliseconds since 1970.</param>
internal sealed record DeviceEvent(long Sequence, int Device, int Day, long At)
{
    public string Reading => string.Create(CultureInfo.InvariantCulture, $"device {Device} measured {Sequence * 7919 % 1000:D3}, which is as much as it can, in its reading {Sequence:D12}");
}

/// <summary>An event as it was read.</summary>
internal readonly record struct ReadEvent(long At, long Sequence, string Reading);

/// <summary>Knows which events must be there, and what a range of time must hold. Safe from any thread.</summary>
internal sealed class EventBook
{
    public const int Devices = 32;

    /// <summary>One of so many devices has events that expire soon; those of the others outlive the run.</summary>
    private const int ExpiringOneOf = 4;

    private const long DayMilliseconds = 86_400_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, DeviceEvent> _events = [];
    private readonly Dictionary<long, LabOutcome> _outcomes = [];

    public static bool Expires(int device) => device % ExpiringOneOf == 0;

    public DeviceEvent Next(long number, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var next = new DeviceEvent(number, (int)(number % Devices), (int)(at / DayMilliseconds), at);
        lock (_gate)
        {
            _events.Add(number, next);
        }

        return next;
    }

    public DeviceEvent Ended(long number, LabOutcome outcome)
    {
        lock (_gate)
        {
            _outcomes[number] = outcome;
            return _events[number];
        }
    }

    /// <summary>The days that a device has written on, with the first and the last time of each.</summary>
    public IReadOnlyList<(int Device, int Day, long First, long Last)> Partitions()
    {
        lock (_gate)
        {
            return
            [
                .. _events.Values.GroupBy(static one => (one.Device, one.Day)).Select(static same => (same.Key.Device, same.Key.Day, same.Min(static one => one.At), same.Max(static one => one.At))),
            ];
        }
    }

    /// <summary>Events in a range, the end not among them.</summary>
    public IReadOnlyList<DeviceEvent> Within(int device, int day, long from, long to)
    {
        lock (_gate)
        {
            return [.. _events.Values.Where(one => one.Device == device && one.Day == day && one.At >= from && one.At < to)];
        }
    }

    /// <param name="rows">As the range was read: the latest must come first.</param>
    public void Check(IReadOnlyList<DeviceEvent> written, IReadOnlyList<ReadEvent> rows, LabFindings findings)
    {
        var found = new Dictionary<long, ReadEvent>();
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (!found.TryAdd(row.Sequence, row))
            {
                findings.Return(string.Create(CultureInfo.InvariantCulture, $"event {row.Sequence}, which was read twice"));
            }

            if (i > 0 && (row.At, row.Sequence).CompareTo((rows[i - 1].At, rows[i - 1].Sequence)) >= 0)
            {
                findings.Lose(string.Create(CultureInfo.InvariantCulture, $"the order: event {row.Sequence} of {row.At} was read after {rows[i - 1].Sequence} of {rows[i - 1].At}"));
            }
        }

        foreach (var one in written)
        {
            var isThere = found.Remove(one.Sequence, out var row) && row.At == one.At && row.Reading == one.Reading;
            findings.Add(Describe(one), OutcomeOf(one), isThere);
        }

        foreach (var nobodys in found.Keys)
        {
            findings.Return(string.Create(CultureInfo.InvariantCulture, $"event {nobodys}, which nobody has written into this range"));
        }
    }

    public static string Describe(DeviceEvent one) => string.Create(CultureInfo.InvariantCulture, $"event {one.Sequence} of device {one.Device} at {one.At}");

    private LabOutcome OutcomeOf(DeviceEvent one)
    {
        lock (_gate)
        {
            return _outcomes.GetValueOrDefault(one.Sequence, LabOutcome.Pending);
        }
    }
}
