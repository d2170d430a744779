using Coterie.Cluster.Ring;
using Coterie.Model.Ids;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Tests;

/// <summary>Replica sets by a word: one letter for each replica, which is its data centre. The coordinator is in data centre a.</summary>
internal static class TestReplicas
{
    public static ReplicaSet Of(string datacenters) => new(
        [.. datacenters.Select((_, i) => Node(i))], [.. datacenters.Select(letter => letter.ToString())], "a");

    public static NodeId Node(int number) => new(new Guid(number + 1, 0, 0, new byte[8]));

    public static NetworkTopologyStrategy Strategy(string datacenters) => new(
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, datacenters.GroupBy(letter => letter).Select(group => KeyValuePair.Create(group.Key.ToString(), group.Count()))));

    public static ReplicaRequirement Requirement(string datacenters, ConsistencyLevel level) =>
        ReplicaCounts.For(level, Strategy(datacenters).ReplicationFactors, "a");

    /// <summary>By slot: a dot is dead, anything else is alive.</summary>
    public static bool[] Alive(string marks) => [.. marks.Select(mark => mark != '.')];
}
