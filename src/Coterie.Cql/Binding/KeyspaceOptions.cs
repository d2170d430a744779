using System.Collections.Immutable;
using System.Globalization;
using Coterie.Cql.Syntax;
using Coterie.Model;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cql.Binding;

/// <summary>WITH of CREATE and ALTER KEYSPACE: what is given; null is what is not.</summary>
internal sealed record KeyspaceOptions(ReplicationStrategy? Replication, bool? DurableWrites, KeyspaceConsistency? Consistency)
{
    private const string LocatorPrefix = "org.apache.cassandra.locator.";
    private const string ReplicationFactor = "replication_factor";

    public static KeyspaceOptions Bind(ImmutableArray<OptionSyntax> options, ClusterMetadata metadata)
    {
        var bound = new KeyspaceOptions(null, null, null);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            if (!seen.Add(option.Name))
            {
                throw new CqlConfigurationException($"Multiple definition for property '{option.Name}'");
            }

            bound = option.Name switch
            {
                "replication" => bound with { Replication = BindReplication(option, metadata) },
                "durable_writes" => bound with
                {
                    DurableWrites = option.Value is { Text: var text } && bool.TryParse(text, out var durable)
                        ? durable
                        : throw new CqlConfigurationException($"Invalid value for durable_writes: {option.Text} is not true or false"),
                },
                "consistency" => bound with { Consistency = BindConsistency(option) },
                _ => throw new CqlConfigurationException($"Unknown property '{option.Name}'"),
            };
        }

        return bound;
    }

    private static KeyspaceConsistency BindConsistency(OptionSyntax option) => option.Value?.Text switch
    {
        "eventual" => KeyspaceConsistency.Eventual,
        "global" => KeyspaceConsistency.Global,
        _ => throw new CqlConfigurationException($"Invalid value for consistency: {option.Text} is neither 'eventual' nor 'global'"),
    };

    private static ReplicationStrategy BindReplication(OptionSyntax option, ClusterMetadata metadata)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in option.Map)
        {
            map[key.Text] = value.Text;
        }

        if (!option.IsMap || !map.Remove("class", out var strategy))
        {
            throw new CqlConfigurationException("Missing replication strategy class");
        }

        var name = strategy.StartsWith(LocatorPrefix, StringComparison.Ordinal) ? strategy[LocatorPrefix.Length..] : strategy;
        return name switch
        {
            "SimpleStrategy" => Simple(map),
            "NetworkTopologyStrategy" => NetworkTopology(map, metadata),
            _ => throw new CqlConfigurationException($"Replication strategy class '{strategy}' is not supported"),
        };
    }

    private static SimpleStrategy Simple(SortedDictionary<string, string> map)
    {
        if (map.Keys.FirstOrDefault(k => k != ReplicationFactor) is { } unknown)
        {
            throw new CqlConfigurationException($"Unrecognized strategy option {{{unknown}}} passed to SimpleStrategy");
        }

        return map.TryGetValue(ReplicationFactor, out var factor)
            ? new SimpleStrategy(Factor(factor, ReplicationFactor))
            : throw new CqlConfigurationException("SimpleStrategy requires a replication_factor strategy option.");
    }

    /// <summary>As in Cassandra 4, replication_factor stands for every data centre that is not named.</summary>
    private static NetworkTopologyStrategy NetworkTopology(SortedDictionary<string, string> map, ClusterMetadata metadata)
    {
        var datacenters = new SortedSet<string>(metadata.Nodes.Values.Select(n => n.Datacenter), StringComparer.Ordinal);
        var factors = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        if (map.Remove(ReplicationFactor, out var everywhere))
        {
            foreach (var datacenter in datacenters)
            {
                factors[datacenter] = Factor(everywhere, ReplicationFactor);
            }
        }

        foreach (var (datacenter, factor) in map)
        {
            if (metadata.IsFormed && !datacenters.Contains(datacenter))
            {
                throw new CqlConfigurationException($"Unrecognized strategy option {{{datacenter}}} passed to NetworkTopologyStrategy: there is no such data centre");
            }

            factors[datacenter] = Factor(factor, datacenter);
        }

        return factors.Count > 0
            ? new NetworkTopologyStrategy(factors.ToImmutable())
            : throw new CqlConfigurationException("Configuration for at least one datacenter must be present");
    }

    private static int Factor(string text, string option) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var factor) && factor is >= 1 and <= Limits.NodesMax
            ? factor
            : throw new CqlConfigurationException($"Replication factor must be a number from 1 to {Limits.NodesMax}; found {text} for {option}");
}
