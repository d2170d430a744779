using System.Collections.Immutable;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Server.Execution;

/// <summary>What each consistency level means in a keyspace, worked out once for a statement.</summary>
internal static class Requirements
{
    /// <summary>By the level's number. SERIAL and LOCAL_SERIAL are quorums in a leader-based keyspace; in a leaderless one they have no meaning, and no requirement.</summary>
    public static ReplicaRequirement[] Of(KeyspaceSchema keyspace, string localDatacenter)
    {
        var counts = keyspace.Replication switch
        {
            NetworkTopologyStrategy network => network.ReplicationFactors,
            SimpleStrategy simple => ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add(localDatacenter, simple.ReplicationFactor),
            _ => throw new InvalidOperationException($"The strategy {keyspace.Replication} is not known."),
        };
        var requirements = new ReplicaRequirement[(int)ConsistencyLevel.LocalOne + 1];
        for (var level = ConsistencyLevel.Any; level <= ConsistencyLevel.LocalOne; level++)
        {
            if (keyspace.IsLeaderBased || level is not (ConsistencyLevel.Serial or ConsistencyLevel.LocalSerial))
            {
                requirements[(int)level] = ReplicaCounts.For(Meant(level, keyspace.Replication), counts, localDatacenter);
            }
        }

        return requirements;
    }

    /// <summary>SimpleStrategy knows no data centres, so a replica anywhere is as local as any.</summary>
    private static ConsistencyLevel Meant(ConsistencyLevel level, ReplicationStrategy strategy) => (strategy, level) switch
    {
        (SimpleStrategy, ConsistencyLevel.LocalSerial) or (_, ConsistencyLevel.Serial) => ConsistencyLevel.Quorum,
        (_, ConsistencyLevel.LocalSerial) => ConsistencyLevel.LocalQuorum,
        (SimpleStrategy, ConsistencyLevel.LocalOne) => ConsistencyLevel.One,
        (SimpleStrategy, ConsistencyLevel.LocalQuorum or ConsistencyLevel.EachQuorum) => ConsistencyLevel.Quorum,
        _ => level,
    };
}
