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

    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(100);

    /// <summary>Several times what passes between two writes when nothing is wrong.</summary>
    private static readonly TimeSpan GapDrawn = TimeSpan.FromMilliseconds(200);

    /// <summary>So long after the first, connections, caches and code are still warming up, and the longest gap is not counted.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

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
            var last = _acknowledged.Count == 0 ? TimeSpan.Zero : _acknowledged[^1];
            var current = now > last ? now - last : TimeSpan.Zero;
            var first = Math.Max(0, (int)(now / Bar) - BarsShown + 1);
            var gaps = _gaps.Where(gap => gap.To > first * Bar).Select(static gap => new LabGap(gap.From.TotalSeconds, gap.To.TotalSeconds)).ToList();
            if (current >= GapDrawn)
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

    /// <summary>The longest time between two acknowledgements of which some was between two times. What has not ended, ends with the later one.</summary>
    /// <param name="next">When something else happened, whose doing it is what goes on then; null: nothing did.</param>
    public TimeSpan LongestGap(TimeSpan from, TimeSpan to, TimeSpan? next = null) => LongestGap(from, next < to ? next.Value : to, isCut: next < to);

    private TimeSpan LongestGap(TimeSpan from, TimeSpan to, bool isCut)
    {
        lock (_gate)
        {
            var next = _acknowledged.BinarySearch(from);
            next = next < 0 ? ~next : next;
            var previous = next == 0 ? TimeSpan.Zero : _acknowledged[next - 1];
            var longest = TimeSpan.Zero;
            for (; next < _acknowledged.Count; next++)
            {
                var end = isCut && _acknowledged[next] > to ? to : _acknowledged[next];
                longest = Longer(longest, end - previous);
                previous = end;
                if (previous >= to)
                {
                    return longest;
                }
            }

            return Longer(longest, to - previous);
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

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
