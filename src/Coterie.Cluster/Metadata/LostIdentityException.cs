using Coterie.Model.Ids;

namespace Coterie.Cluster.Metadata;

/// <summary>The cluster knows this node, by its peer address, as a member with another identity: it has lost its store, and the identity with it.</summary>
public sealed class LostIdentityException(NodeId member) : Exception($"This node is {member}, and has lost its store.")
{
    public NodeId Member { get; } = member;
}
