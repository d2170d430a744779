using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Repair.Schedule;

/// <summary>One thing to compare: a table's rows in the ranges of a group, with one of the group's other replicas.</summary>
public sealed record RepairTarget(TableSchema Table, ReplicaGroup Group, NodeId Peer)
{
    /// <summary>There is nobody to compare with.</summary>
    public bool IsAlone => Group.Nodes.Length == 1;

    /// <summary>Says the same of the same target from one epoch to the next.</summary>
    public string Key { get; } = $"{Table.StorageId.Value} {Peer} {Group.Ranges[0].Start}";

    /// <summary>
    /// All that this node has to compare: of each pair of replicas the one with the lesser id drives, so that a pair is compared once. Who is alone in
    /// a group has itself for a peer, for the sake of its deletions. In the order of names, the same on every node.
    /// </summary>
    public static List<RepairTarget> DrivenBy(NodeId self, ClusterMetadata metadata, ReplicaMaps maps)
    {
        var targets = new List<RepairTarget>();
        foreach (var keyspace in metadata.Keyspaces.Values)
        {
            // The replicas of a leader-based keyspace are kept alike by their log.
            if (keyspace.IsLeaderBased || maps.For(keyspace.Name) is not { } map)
            {
                continue;
            }

            foreach (var table in keyspace.Tables.Values)
            {
                targets.AddRange(
                    from @group in map.Groups
                    where @group.Contains(self)
                    from peer in @group.Nodes
                    where self.CompareTo(peer) < 0 || @group.Nodes.Length == 1
                    select new RepairTarget(table, @group, peer));
            }
        }

        return targets;
    }
}
