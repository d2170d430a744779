using Coterie.Model.Ids;

namespace Coterie.Cluster.Membership;

/// <summary>What failure detection sees of connections, and may do with them.</summary>
public interface IPeerLinks
{
    /// <summary>An established connection to the peer has broken.</summary>
    event Action<NodeId>? LinkLost;

    /// <summary>The peer has connected to this node: it is up.</summary>
    event Action<NodeId>? PeerGreeted;

    /// <summary>Breaks what is open to the peer, so that the next request connects anew.</summary>
    void Abort(NodeId peer);
}
