using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Ring;

/// <summary>
/// Gives the nodes of a new cluster their tokens: evenly, not at random, so that every node owns the same share from the first row on.
/// </summary>
/// <remarks>
/// Each data centre has an even ring of its own, because NetworkTopologyStrategy places every data centre by itself; the rings are
/// shifted against one another, so that SimpleStrategy, which sees one ring, alternates between data centres. Within a data centre
/// nodes take turns in an order that alternates racks: then the next so many nodes are on as many racks as there are, and placement
/// need not skip anyone to spread over racks, which is what unbalances a ring.
/// </remarks>
public static class TokenAllocation
{
    private static readonly UInt128 RingSize = UInt128.One << 64;

    /// <summary>The same nodes, in the same order, with <see cref="Limits.TokensPerNode"/> tokens each, sorted. No token is given twice.</summary>
    public static ImmutableArray<NodeInfo> Even(IReadOnlyList<NodeInfo> nodes)
    {
        var tokens = nodes.ToDictionary(node => node.Id, _ => new List<Token>());
        var taken = new HashSet<long>();
        var datacenters = nodes.GroupBy(node => node.Datacenter).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        for (var datacenter = 0; datacenter < datacenters.Count; datacenter++)
        {
            var turns = AlternateRacks([.. datacenters[datacenter]]);
            var places = turns.Count * Limits.TokensPerNode;
            for (var place = 0; place < places; place++)
            {
                var token = At(place, places, datacenter, datacenters.Count);
                while (!taken.Add(token) || token == long.MinValue)
                {
                    token++;
                }

                tokens[turns[place % turns.Count].Id].Add(new Token(token));
            }
        }

        return [.. nodes.Select(node => node with { Tokens = [.. tokens[node.Id].Order()] })];
    }

    /// <summary>The middle of one of <paramref name="places"/> equal arcs, shifted by the data centre's share of an arc.</summary>
    private static long At(int place, int places, int datacenter, int datacenters)
    {
        // place + (2d + 1) / 2D arcs from the start of the ring, in whole numbers.
        var numerator = ((UInt128)place * 2 * (UInt128)datacenters) + (UInt128)((2 * datacenter) + 1);
        var denominator = (UInt128)places * 2 * (UInt128)datacenters;
        return unchecked((long)(ulong)(numerator * RingSize / denominator) + long.MinValue);
    }

    /// <summary>Spreads every rack evenly over the order: the j-th of a rack's s nodes goes to the place (j + ½) / s.</summary>
    private static List<NodeInfo> AlternateRacks(List<NodeInfo> nodes)
    {
        var placed = new List<(double Place, string Rack, NodeInfo Node)>(nodes.Count);
        foreach (var rack in nodes.GroupBy(node => node.Rack))
        {
            var members = rack.ToList();
            for (var j = 0; j < members.Count; j++)
            {
                placed.Add(((j + 0.5) / members.Count, rack.Key, members[j]));
            }
        }

        return [.. placed.OrderBy(p => p.Place).ThenBy(p => p.Rack, StringComparer.Ordinal).Select(p => p.Node)];
    }
}
