using Coterie.Model.Keys;
using Coterie.Model.Rows;

namespace Coterie.Model.Reads;

/// <summary>
/// Which range tombstone is the latest over a row. Range tombstones overlap as they like; here they are cut into segments that do not, each
/// with the latest deletion over it, so that a row costs one binary search.
/// </summary>
public sealed class RangeDeletionIndex
{
    public static RangeDeletionIndex Empty { get; } = new([]);

    /// <summary>Where a segment begins; it ends where the next begins. In order of bytes.</summary>
    private readonly List<(ReadOnlyMemory<byte> Start, Deletion Deletion)> _segments = [];

    public RangeDeletionIndex(IReadOnlyList<RangeDeletion> ranges)
    {
        if (ranges.Count == 0)
        {
            return;
        }

        var bounded = new List<Bounded>(ranges.Count);
        var points = new List<ReadOnlyMemory<byte>>(ranges.Count * 2);
        foreach (var range in ranges)
        {
            var one = Bounded.Of(range);
            bounded.Add(one);
            points.Add(one.Start);
            points.Add(one.End);
        }

        bounded.Sort((left, right) => left.Start.Span.SequenceCompareTo(right.Start.Span));
        points.Sort((left, right) => left.Span.SequenceCompareTo(right.Span));
        Cut(bounded, points);
    }

    /// <summary>The latest deletion over the row with this entry key; none if no range covers it.</summary>
    public Deletion At(ReadOnlySpan<byte> rowKey)
    {
        int low = 0, high = _segments.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_segments[middle].Start.Span.SequenceCompareTo(rowKey) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? Deletion.None : _segments[low - 1].Deletion;
    }

    /// <summary>Walks over all bounds with the open ranges in a heap, the latest deletion on top; those that have ended are dropped when they surface.</summary>
    private void Cut(List<Bounded> bounded, List<ReadOnlyMemory<byte>> points)
    {
        var open = new PriorityQueue<Bounded, Deletion>(Comparer<Deletion>.Create((left, right) => right.CompareTo(left)));
        var next = 0;
        foreach (var point in points)
        {
            while (next < bounded.Count && bounded[next].Start.Span.SequenceCompareTo(point.Span) <= 0)
            {
                open.Enqueue(bounded[next], bounded[next].Deletion);
                next++;
            }

            while (open.TryPeek(out var top, out _) && top.End.Span.SequenceCompareTo(point.Span) <= 0)
            {
                open.Dequeue();
            }

            var deletion = open.TryPeek(out var latest, out _) ? latest.Deletion : Deletion.None;
            if (_segments.Count > 0 && _segments[^1].Start.Span.SequenceEqual(point.Span))
            {
                _segments[^1] = (point, deletion);
            }
            else
            {
                _segments.Add((point, deletion));
            }
        }
    }

    private readonly record struct Bounded(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End, Deletion Deletion)
    {
        public static Bounded Of(RangeDeletion range)
        {
            EntryKey.ReadRangeTombstone(range.EntryKey.Span, out var start, out var end);
            return new Bounded(start.ToArray(), end.ToArray(), range.Deletion);
        }
    }
}
