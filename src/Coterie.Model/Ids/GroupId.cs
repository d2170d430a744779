namespace Coterie.Model.Ids;

/// <summary>
/// The name of a group of replicas that agree by Raft: made from the identities of its members alone, so that every node names it alike, and one group
/// serves all leader-based keyspaces whose rows are kept by the same nodes.
/// </summary>
public readonly record struct GroupId(ulong Value) : IComparable<GroupId>
{
    public int CompareTo(GroupId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
