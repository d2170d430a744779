using System.Collections.Immutable;

namespace Coterie.Model.Schema;

/// <summary>Where the copies of a key go.</summary>
public abstract record ReplicationStrategy;

/// <summary>N copies on the next N nodes of the ring, racks and data centres ignored.</summary>
public sealed record SimpleStrategy(int ReplicationFactor) : ReplicationStrategy;

/// <summary>So many copies in each data centre named, on distinct racks as far as there are any.</summary>
public sealed record NetworkTopologyStrategy(ImmutableSortedDictionary<string, int> ReplicationFactors) : ReplicationStrategy
{
    public bool Equals(NetworkTopologyStrategy? other) => other is not null && ReplicationFactors.SequenceEqual(other.ReplicationFactors);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (datacenter, factor) in ReplicationFactors)
        {
            hash.Add(datacenter, StringComparer.Ordinal);
            hash.Add(factor);
        }

        return hash.ToHashCode();
    }
}

/// <summary>How the replicas of a keyspace agree. Part of the format of the metadata: numbers are never reused.</summary>
public enum KeyspaceConsistency : byte
{
    /// <summary>Leaderless: any replica takes a write, and they find each other again.</summary>
    Eventual = 0,

    /// <summary>Leader-based: the writes of a group of replicas are put in one order by Raft.</summary>
    Global = 1,
}

public sealed record KeyspaceSchema(
    string Name,
    ReplicationStrategy Replication,
    bool DurableWrites,
    ImmutableSortedDictionary<string, TableSchema> Tables)
{
    public KeyspaceSchema(string name, ReplicationStrategy replication)
        : this(name, replication, true, ImmutableSortedDictionary.Create<string, TableSchema>(StringComparer.Ordinal))
    {
    }

    public KeyspaceConsistency Consistency { get; init; }

    public bool IsLeaderBased => Consistency == KeyspaceConsistency.Global;
}
