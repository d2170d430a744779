using Coterie.Model.Time;

namespace Coterie.Model.Rows;

/// <summary>
/// Deletes everything under it that was written at or before <see cref="Timestamp"/>: a partition, a range, a row or a collection.
/// Of two deletions the later timestamp wins, then the later formation: a total order, so that merging is a join.
/// </summary>
public readonly record struct Deletion(WriteTimestamp Timestamp, FormationTime Formed) : IComparable<Deletion>
{
    public static Deletion None => new(WriteTimestamp.None, default);

    public bool IsNone => Timestamp == WriteTimestamp.None;

    public bool Shadows(WriteTimestamp written) => written.Microseconds <= Timestamp.Microseconds;

    public int CompareTo(Deletion other)
    {
        var byTimestamp = Timestamp.CompareTo(other.Timestamp);
        return byTimestamp != 0 ? byTimestamp : Formed.CompareTo(other.Formed);
    }

    public static Deletion Later(Deletion left, Deletion right) => left.CompareTo(right) >= 0 ? left : right;
}
