namespace Coterie.Model.Rows;

/// <summary>
/// The total order of cells: timestamp; then tombstone over expiring over plain; then the later expiry (for tombstones: the later
/// formation); then the larger TTL; then the larger bytes. Being total makes the greater of two a join: commutative, associative,
/// idempotent. Timestamps and ties as in Cassandra, so that histories mean the same in both.
/// </summary>
public static class CellOrder
{
    public static int Compare(in Cell left, in Cell right) => throw new NotImplementedException();
}
