using Coterie.Host.Lab;

namespace Coterie.WebConsole.Lab;

/// <summary>
/// What the writes to one keyspace have come to, moment by moment. Safe from any thread. Invariant: the times of acknowledgements never decrease, as their writes are
/// added in the order of their ends.
/// </summary>
internal sealed class LabTimeline
{
    /// <summary>A minute of bars is shown.</summary>
    public const int BarsShown = 600;

    public const int BarsPerSecond = 10;

    /// <summary>Several times what passes between two writes when nothing is wrong.</summary>
    public static readonly TimeSpan GapDrawn = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(1) / BarsPerSecond;

    /// <summary>So long after the first, connections, caches and code are still warming up, and the longest gap is not counted.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>What begins later while a node is away is not its doing: the others have agreed on who leads, and nobody asks it any more.</summary>
    private static readonly TimeSpan FaultCounted = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _acknowledged = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _gaps = [];
    private readonly List<int> _bars = [];
    private readonly List<int> _redBars = [];
    private TimeSpan _longest;
    private long _failed;
    private long _unknown;

    /// <summary>A write that has ended. One that was not acknowledged is drawn when it was sent: that it failed may be known much later.</summary>
    public void Add(LabWrite write)
    {
        lock (_gate)
        {
            var bar = (int)((write.Outcome == LabOutcome.Acknowledged ? write.Ended : write.Due) / Bar);
            while (_bars.Count <= bar)
            {
                _bars.Add(0);
                _redBars.Add(0);
            }

            if (write.Outcome == LabOutcome.Acknowledged)
            {
                _bars[bar]++;
                Acknowledge(write.Ended);
                return;
            }

            _redBars[bar]++;
            _failed += write.Outcome == LabOutcome.Failed ? 1 : 0;
            _unknown += write.Outcome == LabOutcome.Failed ? 0 : 1;
        }
    }

    /// <param name="sent">How many writes were sent.</param>
    /// <param name="now">Now; or when it ended.</param>
    public LabStreamReport Report(long sent, TimeSpan now, LabFinding? finding)
    {
        lock (_gate)
        {
            // What is acknowledged after the end, since it was in flight, makes what passed until the end no shorter.
            var until = CountUntil(now);
            var last = until == 0 ? TimeSpan.Zero : _acknowledged[until - 1];
            var current = now - last;
            var first = Math.Max(0, (int)(now / Bar) - BarsShown + 1);
            var gaps = _gaps.Where(gap => gap.To > first * Bar).Select(static gap => new LabGap(gap.From.TotalSeconds, gap.To.TotalSeconds)).ToList();
            if (current >= GapDrawn && until == _acknowledged.Count)
            {
                gaps.Add(new LabGap(last.TotalSeconds, null));
            }

            return new LabStreamReport(
                _acknowledged.Count,
                _failed,
                _unknown,
                Math.Max(0, sent - _acknowledged.Count - _failed - _unknown),
                Math.Max(_longest.TotalMilliseconds, current.TotalMilliseconds),
                current.TotalMilliseconds,
                first,
                [.. _bars.Skip(first)],
                [.. _redBars.Skip(first)],
                gaps,
                finding);
        }
    }

    /// <summary>What each fault has cost so far: every gap is counted whole, and for one fault.</summary>
    /// <param name="faults">In their order.</param>
    /// <param name="now">Now; or when it ended. A gap that goes on ends here.</param>
    public IReadOnlyList<LabCost> CostsOf(IReadOnlyList<LabFault> faults, TimeSpan now)
    {
        lock (_gate)
        {
            return [.. faults.Select((_, place) => CostOf(faults, place, now))];
        }
    }

    /// <summary>Until when what begins is the doing of a fault: for a while, or until the node is back or something else happens.</summary>
    private static TimeSpan CountedUntil(IReadOnlyList<LabFault> faults, int place, TimeSpan now)
    {
        var fault = faults[place];
        var until = Shorter(fault.To ?? now, fault.From + FaultCounted);
        return place + 1 < faults.Count ? Shorter(until, faults[place + 1].From) : until;
    }

    private static bool IsOfTheFaultBefore(IReadOnlyList<LabFault> faults, int place, TimeSpan begin, TimeSpan now) =>
        place > 0
        && (begin <= faults[place - 1].From || (faults[place].From - begin >= GapDrawn && begin <= CountedUntil(faults, place - 1, now)));

    /// <summary>What went on for less than that had hardly begun when the next fault came, and is the doing of that one.</summary>
    private static bool IsOfTheNextFault(IReadOnlyList<LabFault> faults, int place, TimeSpan begin, TimeSpan end) =>
        place + 1 < faults.Count && end > faults[place + 1].From && faults[place + 1].From - begin < GapDrawn;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private LabCost CostOf(IReadOnlyList<LabFault> faults, int place, TimeSpan now)
    {
        var from = faults[place].From;
        var until = CountedUntil(faults, place, now);
        var longest = TimeSpan.Zero;
        var isInOutage = false;
        for (var i = CountUntil(from) - 1; i < _acknowledged.Count; i++)
        {
            var begin = i < 0 ? TimeSpan.Zero : _acknowledged[i];
            if (begin > Longer(from, until))
            {
                break;
            }

            var end = i + 1 < _acknowledged.Count ? _acknowledged[i + 1] : Longer(now, begin);
            if (begin <= from && IsOfTheFaultBefore(faults, place, begin, now))
            {
                isInOutage = end - begin >= GapDrawn;
            }
            else if (begin <= from || !IsOfTheNextFault(faults, place, begin, end))
            {
                longest = Longer(longest, end - begin);
            }
        }

        return new LabCost(longest, isInOutage);
    }

    /// <summary>How many acknowledgements there were until then.</summary>
    private int CountUntil(TimeSpan time)
    {
        var place = _acknowledged.BinarySearch(time);
        return place < 0 ? ~place : place + 1;
    }

    private void Acknowledge(TimeSpan at)
    {
        // What passes until the first says how the writes began, and nothing of the cluster: it is counted while it lasts, and then forgotten.
        if (_acknowledged.Count > 0)
        {
            var gap = at - _acknowledged[^1];
            if (at - _acknowledged[0] > Settling)
            {
                _longest = Longer(_longest, gap);
            }

            if (gap >= GapDrawn)
            {
                _gaps.Add((_acknowledged[^1], at));
            }
        }

        _acknowledged.Add(at);
    }
}

/// <summary>What a fault has cost a keyspace.</summary>
/// <param name="LongestGap">The longest time between two acknowledgements that is its doing.</param>
/// <param name="IsInOutage">It came while an outage went on that is counted for a fault before it.</param>
internal readonly record struct LabCost(TimeSpan LongestGap, bool IsInOutage);
