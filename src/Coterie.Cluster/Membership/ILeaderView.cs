using Coterie.Model.Ids;

namespace Coterie.Cluster.Membership;

/// <summary>Who leads the groups that this node is a member of, as far as it has heard.</summary>
public interface ILeaderView
{
    /// <summary>Null: there is an election, this node has not heard of its end, or it is no member.</summary>
    NodeId? LeaderOf(GroupId group);
}
