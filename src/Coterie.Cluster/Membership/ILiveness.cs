using Coterie.Model.Ids;

namespace Coterie.Cluster.Membership;

/// <summary>This node's own opinion of its peers. Nobody is removed by it; it only says whom to ask and whom not to wait for.</summary>
public interface ILiveness
{
    /// <summary>True for this node itself, and for a peer that the failure detector does not convict.</summary>
    bool IsAlive(NodeId node);

    /// <summary>Raised after an opinion has changed, with the node and whether it is now alive. Handlers must be short.</summary>
    event Action<NodeId, bool>? Changed;
}
