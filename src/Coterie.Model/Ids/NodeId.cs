namespace Coterie.Model.Ids;

/// <summary>The identity of a node. Chosen once, at its first start, and kept with its data; drivers see it as <c>host_id</c>.</summary>
public readonly record struct NodeId(Guid Value) : IComparable<NodeId>
{
    /// <summary>Orders by value, so that anything that iterates over nodes does so in the same order everywhere.</summary>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("D");
}
