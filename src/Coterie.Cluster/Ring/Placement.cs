using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Ring;

/// <summary>
/// Which nodes keep the keys of each arc of the ring, exactly as Cassandra places them, so that token-aware drivers, which compute
/// the same, send requests to a replica. Pure; run once for a keyspace and an epoch, see <see cref="ReplicaMap"/>.
/// </summary>
/// <remarks>
/// The owner of a token t is the node with the first token ≥ t, wrapping at the end of the ring. Both strategies walk the ring clockwise
/// from there. SimpleStrategy takes the next distinct nodes. NetworkTopologyStrategy fills each data centre named with its own number,
/// passing over a node whose rack it has met already, unless there are fewer racks than copies: then as many repeats are taken,
/// as they come, as there are racks too few. (The rules are those of Cassandra's <c>org.apache.cassandra.locator</c>.)
/// </remarks>
public static class Placement
{
    /// <summary>The ring in order of tokens: one element for each token of each node.</summary>
    public static (Token Token, NodeInfo Node)[] Ring(IEnumerable<NodeInfo> nodes) =>
        [.. nodes.SelectMany(node => node.Tokens.Select(token => (token, node))).OrderBy(pair => pair.token).ThenBy(pair => pair.node.Id)];

    /// <summary>The replicas of the arc that ends at <paramref name="ring"/>[<paramref name="start"/>], in placement order.</summary>
    public static List<NodeInfo> ReplicasFrom((Token Token, NodeInfo Node)[] ring, int start, ReplicationStrategy strategy) => strategy switch
    {
        SimpleStrategy simple => Next(ring, start, simple.ReplicationFactor),
        NetworkTopologyStrategy topology => NextByDatacenter(ring, start, topology.ReplicationFactors),
        _ => throw new ArgumentException($"Unknown replication strategy {strategy.GetType().Name}.", nameof(strategy)),
    };

    private static List<NodeInfo> Next((Token Token, NodeInfo Node)[] ring, int start, int count)
    {
        var chosen = new List<NodeInfo>(count);
        for (var step = 0; step < ring.Length && chosen.Count < count; step++)
        {
            var node = ring[(start + step) % ring.Length].Node;
            if (!Has(chosen, node))
            {
                chosen.Add(node);
            }
        }

        return chosen;
    }

    private static List<NodeInfo> NextByDatacenter(
        (Token Token, NodeInfo Node)[] ring, int start, ImmutableSortedDictionary<string, int> replicationFactors)
    {
        var quotas = replicationFactors.ToDictionary(
            pair => pair.Key,
            pair => new DatacenterQuota(pair.Value, [.. ring.Select(r => r.Node).Where(n => n.Datacenter == pair.Key).DistinctBy(n => n.Id)]),
            StringComparer.Ordinal);
        var open = quotas.Values.Count(quota => !quota.IsFull);
        var chosen = new List<NodeInfo>();
        for (var step = 0; step < ring.Length && open > 0; step++)
        {
            var node = ring[(start + step) % ring.Length].Node;
            if (quotas.TryGetValue(node.Datacenter, out var quota) && !quota.IsFull && !Has(chosen, node) && quota.TryTake(node))
            {
                chosen.Add(node);
                open -= quota.IsFull ? 1 : 0;
            }
        }

        return chosen;
    }

    private static bool Has(List<NodeInfo> chosen, NodeInfo node) => chosen.Exists(other => other.Id == node.Id);

    /// <summary>What is still to be placed in one data centre.</summary>
    private sealed class DatacenterQuota(int replicationFactor, List<NodeInfo> members)
    {
        private readonly HashSet<string> _racksMet = new(StringComparer.Ordinal);
        private int _left = Math.Min(replicationFactor, members.Count);
        private int _rackRepeatsLeft = replicationFactor - members.Select(node => node.Rack).Distinct(StringComparer.Ordinal).Count();

        public bool IsFull => _left <= 0;

        public bool TryTake(NodeInfo node)
        {
            if (!_racksMet.Add(node.Rack) && _rackRepeatsLeft-- <= 0)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
