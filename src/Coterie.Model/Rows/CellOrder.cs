namespace Coterie.Model.Rows;

/// <summary>
/// The total order of cells: timestamp; then tombstone over expiring over plain; then the later expiry (for tombstones: the later
/// formation); then the larger TTL; then the larger bytes. Being total makes the greater of two a join: commutative, associative,
/// idempotent. Timestamps and ties as in Cassandra, so that histories mean the same in both.
/// </summary>
public static class CellOrder
{
    public static int Compare(in Cell left, in Cell right)
    {
        var byTimestamp = left.Timestamp.CompareTo(right.Timestamp);
        if (byTimestamp != 0)
        {
            return byTimestamp;
        }

        if (left.Kind != right.Kind)
        {
            return left.Kind > right.Kind ? 1 : -1;
        }

        var byKind = left.Kind switch
        {
            CellKind.Expiring => CompareExpiries(left, right),
            CellKind.Tombstone => left.Formed.CompareTo(right.Formed),
            _ => 0,
        };
        return byKind != 0 ? byKind : left.Value.SequenceCompareTo(right.Value);
    }

    private static int CompareExpiries(in Cell left, in Cell right)
    {
        var byExpiry = left.ExpiresAtSeconds.CompareTo(right.ExpiresAtSeconds);
        return byExpiry != 0 ? byExpiry : left.TtlSeconds.CompareTo(right.TtlSeconds);
    }
}
