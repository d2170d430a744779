using Coterie.Host.Lab;
using Coterie.Host.Workloads;

namespace Coterie.Host.Tests.Workloads;

public sealed class EventBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly EventBook _book = new();

    [Fact]
    public void A_range_that_holds_all_events_the_latest_first_is_right()
    {
        var events = WriteOfOneDevice(3);

        Assert.True(Check(events, [Read(events[2]), Read(events[1]), Read(events[0])]).IsRight);
    }

    [Fact]
    public void An_event_that_is_not_in_its_range_is_lost()
    {
        var events = WriteOfOneDevice(3);

        Assert.Equal([EventBook.Describe(events[1])], Check(events, [Read(events[2]), Read(events[0])]).Lost);
    }

    [Fact]
    public void An_event_with_another_reading_is_lost()
    {
        var events = WriteOfOneDevice(1);

        Assert.Single(Check(events, [Read(events[0]) with { Reading = "" }]).Lost);
    }

    [Fact]
    public void Rows_in_the_wrong_order_are_told()
    {
        var events = WriteOfOneDevice(3);

        Assert.Contains("the order", Assert.Single(Check(events, [Read(events[2]), Read(events[0]), Read(events[1])]).Lost), StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_has_written_or_what_is_there_twice_has_come_from_nowhere()
    {
        var events = WriteOfOneDevice(2);

        Assert.Single(Check([events[0]], [Read(events[1]), Read(events[0])]).Returned);
        var twice = Check([events[0]], [Read(events[0]), Read(events[0])]);
        Assert.Single(twice.Returned);
        Assert.Single(twice.Lost);
    }

    [Fact]
    public void Unknown_events_may_be_there_and_failed_ones_must_not()
    {
        var unknown = _book.Next(1, Noon);
        _book.Ended(1, LabOutcome.Unknown);
        var failed = _book.Next(1 + EventBook.Devices, Noon);
        _book.Ended(1 + EventBook.Devices, LabOutcome.Failed);

        Assert.True(Check([unknown, failed], []).IsRight);
        Assert.True(Check([unknown, failed], [Read(unknown)]).IsRight);
        Assert.Equal(1, Check([unknown, failed], [Read(failed)]).FailedFound);
    }

    [Fact]
    public void Events_around_midnight_are_of_two_days()
    {
        var midnight = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
        _book.Next(1, midnight.AddMilliseconds(-1));
        _book.Next(1 + EventBook.Devices, midnight);

        var days = _book.Partitions().OrderBy(one => one.Day).ToList();
        Assert.Equal([1, 1], days.Select(one => one.Device));
        Assert.Equal(1, days[1].Day - days[0].Day);
        Assert.Equal([1L], _book.Within(1, days[0].Day, days[0].First, days[0].Last + 1).Select(one => one.Sequence));
        Assert.Empty(_book.Within(1, days[0].Day, days[0].First - 10, days[0].First));
    }

    [Fact]
    public void Some_devices_have_events_that_expire()
    {
        Assert.InRange(Enumerable.Range(0, EventBook.Devices).Count(EventBook.Expires), 1, EventBook.Devices / 2);
    }

    private static ReadEvent Read(DeviceEvent one) => new(one.At, one.Sequence, one.Reading);

    private List<DeviceEvent> WriteOfOneDevice(int count)
    {
        var events = new List<DeviceEvent>();
        for (var i = 0; i < count; i++)
        {
            events.Add(_book.Next(1 + (i * EventBook.Devices), Noon.AddMilliseconds(i / 2)));
            _book.Ended(events[i].Sequence, LabOutcome.Acknowledged);
        }

        return events;
    }

    private LabFindings Check(IReadOnlyList<DeviceEvent> written, IReadOnlyList<ReadEvent> rows)
    {
        var findings = new LabFindings();
        _book.Check(written, rows, findings);
        return findings;
    }
}
