using System.Collections.Immutable;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cluster.Ring;

/// <summary>
/// The replicas of every token under one replication strategy and one set of nodes, worked out once: a look-up is a binary search that
/// allocates nothing. Immutable.
/// </summary>
/// <remarks>Invariant: <c>_tokens</c> is strictly ascending, and <c>_sets[i]</c> keeps the tokens in (<c>_tokens[i - 1]</c>, <c>_tokens[i]</c>].</remarks>
public sealed class ReplicaMap
{
    private readonly long[] _tokens;
    private readonly ReplicaSet[] _sets;

    private ReplicaMap(long[] tokens, ReplicaSet[] sets, ImmutableSortedDictionary<string, int> replicationFactors)
    {
        _tokens = tokens;
        _sets = sets;
        ReplicationFactors = replicationFactors;
        Ranges = InOrder(tokens, sets);
        Groups = ReplicaGroup.Of(Ranges);
    }

    /// <summary>
    /// The keyspace's replication factor in each data centre, for the arithmetic of quorums. SimpleStrategy knows no data centres: its
    /// whole factor stands under this node's own, so that LOCAL_QUORUM means a majority of all, as in Cassandra.
    /// </summary>
    public ImmutableSortedDictionary<string, int> ReplicationFactors { get; }

    /// <summary>All ranges in order of tokens, covering each token once. Empty before formation.</summary>
    public ImmutableArray<TokenRange> Ranges { get; }

    /// <summary>The ranges by who keeps them. Together they cover each token once.</summary>
    public ImmutableArray<ReplicaGroup> Groups { get; }

    public static ReplicaMap Create(IEnumerable<NodeInfo> nodes, ReplicationStrategy strategy, string localDatacenter)
    {
        var ring = Placement.Ring(nodes);
        var known = new SortedDictionary<string, ReplicaSet>(StringComparer.Ordinal);
        var sets = new ReplicaSet[ring.Length];
        for (var i = 0; i < ring.Length; i++)
        {
            var replicas = Placement.ReplicasFrom(ring, i, strategy);
            var name = string.Join(' ', replicas.Select(node => node.Id));
            if (!known.TryGetValue(name, out var set))
            {
                set = new ReplicaSet([.. replicas.Select(node => node.Id)], [.. replicas.Select(node => node.Datacenter)], localDatacenter);
                known.Add(name, set);
            }

            sets[i] = set;
        }

        return new ReplicaMap([.. ring.Select(pair => pair.Token.Value)], sets, FactorsOf(strategy, localDatacenter));
    }

    /// <summary>Who keeps the token. <see cref="ReplicaSet.Empty"/> before formation.</summary>
    public ReplicaSet Lookup(Token token)
    {
        var tokens = _tokens;
        if (tokens.Length == 0)
        {
            return ReplicaSet.Empty;
        }

        var low = 0;
        var high = tokens.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (tokens[middle] < token.Value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return _sets[low == tokens.Length ? 0 : low];
    }

    /// <summary>The group that the token belongs to; null before formation. There are few groups, and this is not for every request.</summary>
    public ReplicaGroup? GroupOf(Token token)
    {
        foreach (var group in Groups)
        {
            foreach (var span in group.Ranges)
            {
                if (span.Contains(token))
                {
                    return group;
                }
            }
        }

        return null;
    }

    /// <summary>For each node the fraction of the ring it is a replica of: the fractions add up to the number of copies.</summary>
    public ImmutableSortedDictionary<NodeId, double> Ownership()
    {
        var owned = new SortedDictionary<NodeId, double>();
        foreach (var range in Ranges)
        {
            var fraction = ((double)range.End.Value - range.Start.Value) / Math.ScaleB(1, 64);
            foreach (var node in range.Replicas.Nodes)
            {
                owned[node] = owned.GetValueOrDefault(node) + fraction;
            }
        }

        return owned.ToImmutableSortedDictionary();
    }

    private static ImmutableArray<TokenRange> InOrder(long[] tokens, ReplicaSet[] sets)
    {
        if (tokens.Length == 0)
        {
            return [];
        }

        var ranges = ImmutableArray.CreateBuilder<TokenRange>(tokens.Length + 1);
        var start = Token.Minimum;
        for (var i = 0; i < tokens.Length; i++)
        {
            var end = new Token(tokens[i]);
            ranges.Add(new TokenRange(start, end, sets[i]));
            start = end;
        }

        if (start.Value != long.MaxValue)
        {
            ranges.Add(new TokenRange(start, new Token(long.MaxValue), sets[0]));
        }

        return ranges.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, int> FactorsOf(ReplicationStrategy strategy, string localDatacenter) => strategy switch
    {
        NetworkTopologyStrategy topology => topology.ReplicationFactors,
        SimpleStrategy simple => ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add(localDatacenter, simple.ReplicationFactor),
        _ => throw new ArgumentException($"Unknown replication strategy {strategy.GetType().Name}.", nameof(strategy)),
    };
}
