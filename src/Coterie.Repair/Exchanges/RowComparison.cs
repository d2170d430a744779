using Coterie.Model.Trees;

namespace Coterie.Repair.Exchanges;

/// <summary>
/// Decides, of the rows of a range in which two replicas differ, which travel in which direction. Pure.
/// </summary>
/// <remarks>
/// A row that one side lacks goes there. Of a row that both have, the newer version goes to the older side first, where it is merged: often that is all. What the
/// older side had that the newer one lacked shows at the second look at the same keys: then each gets the other's, whichever is newer by then, so that
/// what either had at the first look is on both for certain.
/// A row written a moment ago, on either side, is on its way anyhow: it waits (<see cref="RowsOnTheirWay"/>), unless it holds a tombstone from before the cut,
/// which nothing need be waited for.
/// </remarks>
public static class RowComparison
{
    /// <param name="local">The rows of the driving side, in order of keys.</param>
    /// <param name="unknown">Indexes into <paramref name="local"/>: rows that the other side does not have like this.</param>
    /// <param name="others">The rows of the other side that the driving side does not have like this.</param>
    /// <param name="again">The second look: these keys were sent already in this exchange, so that it does not matter that they are recent.</param>
    public static RowTransfers Compare(IReadOnlyList<RowSummary> local, IReadOnlyList<int> unknown, IReadOnlyList<RowSummary> others, bool again)
    {
        var theirs = others.ToDictionary(static row => row.Key, KeyComparer.Instance);
        var toPeer = new List<byte[]>();
        var toLocal = new List<byte[]>();
        var lookAgain = new List<byte[]>();
        var waiting = new List<byte[]>();
        foreach (var index in unknown)
        {
            var mine = local[index];
            var isThere = theirs.Remove(mine.Key, out var other);
            if (!again && IsOnItsWay(mine, isThere ? other : null))
            {
                waiting.Add(mine.Key);
                continue;
            }

            if (!isThere || again || mine.Newest >= other.Newest)
            {
                toPeer.Add(mine.Key);
            }

            if (isThere && (again || other.Newest >= mine.Newest))
            {
                toLocal.Add(mine.Key);
            }

            if (isThere && !again && mine.Newest != other.Newest)
            {
                lookAgain.Add(mine.Key);
            }
        }

        foreach (var other in others)
        {
            if (theirs.ContainsKey(other.Key))
            {
                (again || !IsOnItsWay(other, null) ? toLocal : waiting).Add(other.Key);
            }
        }

        return new RowTransfers(toPeer, toLocal, lookAgain, waiting);
    }

    private static bool IsOnItsWay(RowSummary row, RowSummary? other) =>
        (row.IsRecent || other is { IsRecent: true }) && !row.HasOldTombstone && other is not { HasOldTombstone: true };
}

/// <param name="ToPeer">Keys of rows that the driving side sends.</param>
/// <param name="ToLocal">Keys of rows that it fetches.</param>
/// <param name="LookAgain">Keys that may still differ when that is done.</param>
/// <param name="Waiting">Keys that differ because they were written a moment ago, or for some other reason: which of the two shows in a moment.</param>
public sealed record RowTransfers(
    IReadOnlyList<byte[]> ToPeer, IReadOnlyList<byte[]> ToLocal, IReadOnlyList<byte[]> LookAgain, IReadOnlyList<byte[]> Waiting);

internal sealed class KeyComparer : IEqualityComparer<byte[]>
{
    public static KeyComparer Instance { get; } = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
