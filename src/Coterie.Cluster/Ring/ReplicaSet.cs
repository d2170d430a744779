using System.Collections.Immutable;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Ring;

/// <summary>
/// The replicas of a token range in the order of placement (the first is the range's owner), with what a coordinator asks about them
/// worked out beforehand. Immutable, and one instance for all ranges with the same replicas in the same order.
/// </summary>
public sealed class ReplicaSet
{
    /// <param name="localDatacenter">The data centre of the node that keeps this value.</param>
    public ReplicaSet(ImmutableArray<NodeId> nodes, ImmutableArray<string> datacenters, string localDatacenter)
    {
        Nodes = nodes;
        Group = ReplicaGroup.IdOf(nodes);
        Datacenters = datacenters;
        CountByDatacenter = datacenters.CountBy(name => name).ToImmutableSortedDictionary(StringComparer.Ordinal);
        LocalIndexes = [.. Enumerable.Range(0, nodes.Length).Where(i => string.Equals(datacenters[i], localDatacenter, StringComparison.Ordinal))];
    }

    public static ReplicaSet Empty { get; } = new([], [], "");

    public ImmutableArray<NodeId> Nodes { get; }

    /// <summary>The data centre of each of <see cref="Nodes"/>, by the same index.</summary>
    public ImmutableArray<string> Datacenters { get; }

    /// <summary>How many of these replicas are in each data centre. Can be fewer than the keyspace's replication factor, where nodes are too few.</summary>
    public ImmutableSortedDictionary<string, int> CountByDatacenter { get; }

    /// <summary>Indexes into <see cref="Nodes"/> of those in this node's own data centre, in placement order.</summary>
    public ImmutableArray<int> LocalIndexes { get; }

    public int Count => Nodes.Length;

    /// <summary>The group that these replicas are, by whichever of them a range is owned.</summary>
    public GroupId Group { get; }

    /// <summary>So many that any two such sets meet.</summary>
    public int Majority => (Count / 2) + 1;

    /// <summary>The node's index in <see cref="Nodes"/>, or -1: not a replica. Sets are small, so a walk is faster than a table.</summary>
    public int IndexOf(NodeId node)
    {
        var nodes = Nodes;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[i] == node)
            {
                return i;
            }
        }

        return -1;
    }

    public bool Contains(NodeId node) => IndexOf(node) >= 0;
}
