using Coterie.Model.Trees;

namespace Coterie.Repair.Inspections;

/// <summary>How a look cuts a range and compares what is in it. Pure.</summary>
internal static class TreeCuts
{
    /// <summary>What of a range lies in spans of keys that rise and do not overlap.</summary>
    public static List<KeyRange> Within(IEnumerable<KeyRange> spans, KeyRange range) =>
    [
        .. from span in spans
           where span.Upper.AsSpan().SequenceCompareTo(range.Lower) > 0 && span.Lower.AsSpan().SequenceCompareTo(range.Upper) < 0
           select span.Within(range.Lower, range.Upper),
    ];

    /// <summary>At most so many groups of neighbours, as even as can be.</summary>
    public static List<List<KeyRange>> Group(List<KeyRange> pieces, int groupsMax)
    {
        var groups = new List<List<KeyRange>>();
        var count = Math.Min(groupsMax, pieces.Count);
        for (var i = 0; i < count; i++)
        {
            var from = (int)((long)i * pieces.Count / count);
            var to = (int)((long)(i + 1) * pieces.Count / count);
            groups.Add(Join(pieces.GetRange(from, to - from)));
        }

        return groups;
    }

    /// <summary>The sum; unknown if one of them is.</summary>
    public static RangeHash Sum(IEnumerable<RangeHash> hashes)
    {
        var sum = new RangeHash(true, 0, 0, false);
        foreach (var hash in hashes)
        {
            if (!hash.IsKnown)
            {
                return RangeHash.Unknown;
            }

            sum = new RangeHash(true, unchecked(sum.Hash + hash.Hash), sum.Count + hash.Count, sum.HasRecent || hash.HasRecent);
        }

        return sum;
    }

    /// <param name="left">In order of keys.</param>
    /// <param name="right">In order of keys, with digests of the same salt.</param>
    /// <param name="rowsMax">So many of those that differ are named; all are counted.</param>
    public static LeafLook Compare(IReadOnlyList<RowSummary> left, IReadOnlyList<RowSummary> right, int rowsMax)
    {
        var named = new List<RowPair>();
        var different = 0;
        var (i, j) = (0, 0);
        while (i < left.Count || j < right.Count)
        {
            var order = i == left.Count ? 1 : j == right.Count ? -1 : left[i].Key.AsSpan().SequenceCompareTo(right[j].Key);
            RowSummary? mine = order <= 0 ? left[i++] : null;
            RowSummary? theirs = order >= 0 ? right[j++] : null;
            if (mine?.Digest == theirs?.Digest)
            {
                continue;
            }

            different++;
            if (named.Count < rowsMax)
            {
                named.Add(new RowPair((mine ?? theirs)!.Value.Key, mine, theirs));
            }
        }

        return new LeafLook(left.Count, right.Count, different, named);
    }

    private static List<KeyRange> Join(List<KeyRange> pieces)
    {
        var joined = new List<KeyRange>();
        foreach (var piece in pieces)
        {
            if (joined.Count > 0 && joined[^1].Upper.AsSpan().SequenceEqual(piece.Lower))
            {
                joined[^1] = joined[^1] with { Upper = piece.Upper };
            }
            else
            {
                joined.Add(piece);
            }
        }

        return joined;
    }
}
