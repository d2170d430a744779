namespace Coterie.Model.Quorum;

/// <summary>The arithmetic of quorums: which <see cref="ReplicaRequirement"/> a consistency level names.</summary>
public static class ReplicaCounts
{
    /// <summary>A majority: ⌊n/2⌋ + 1.</summary>
    public static int Majority(int replicas) => (replicas / 2) + 1;

    /// <param name="replicasByDatacenter">The keyspace's replication factor in each data centre.</param>
    /// <param name="localDatacenter">The coordinator's.</param>
    /// <exception cref="ArgumentException">SERIAL and LOCAL_SERIAL, which are refused before they come here.</exception>
    public static ReplicaRequirement For(ConsistencyLevel level, IReadOnlyDictionary<string, int> replicasByDatacenter, string localDatacenter) => level switch
    {
        ConsistencyLevel.Any => new(RequirementScope.Anywhere, 1, HintsCount: true),
        ConsistencyLevel.One => new(RequirementScope.Anywhere, 1),
        ConsistencyLevel.Two => new(RequirementScope.Anywhere, 2),
        ConsistencyLevel.Three => new(RequirementScope.Anywhere, 3),
        ConsistencyLevel.Quorum => new(RequirementScope.Anywhere, Majority(Total(replicasByDatacenter))),
        ConsistencyLevel.All => new(RequirementScope.Anywhere, Total(replicasByDatacenter)),
        ConsistencyLevel.LocalOne => new(RequirementScope.LocalDatacenter, 1),
        ConsistencyLevel.LocalQuorum => new(RequirementScope.LocalDatacenter, Majority(In(replicasByDatacenter, localDatacenter))),
        ConsistencyLevel.EachQuorum => new(RequirementScope.EachDatacenter, SumOfMajorities(replicasByDatacenter)),
        _ => throw new ArgumentException($"{level} does not name a number of replicas.", nameof(level)),
    };

    /// <summary>Replicas in a data centre; none where the keyspace has none, so that a local level cannot be met there.</summary>
    private static int In(IReadOnlyDictionary<string, int> replicasByDatacenter, string datacenter) =>
        replicasByDatacenter.TryGetValue(datacenter, out var replicas) ? replicas : 0;

    private static int Total(IReadOnlyDictionary<string, int> replicasByDatacenter)
    {
        var total = 0;
        foreach (var (_, replicas) in replicasByDatacenter)
        {
            total += replicas;
        }

        return total;
    }

    private static int SumOfMajorities(IReadOnlyDictionary<string, int> replicasByDatacenter)
    {
        var sum = 0;
        foreach (var (_, replicas) in replicasByDatacenter)
        {
            sum += replicas == 0 ? 0 : Majority(replicas);
        }

        return sum;
    }
}
