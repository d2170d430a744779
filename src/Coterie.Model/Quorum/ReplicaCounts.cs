namespace Coterie.Model.Quorum;

/// <summary>The arithmetic of quorums: which <see cref="ReplicaRequirement"/> a consistency level names.</summary>
public static class ReplicaCounts
{
    /// <summary>A majority: ⌊n/2⌋ + 1.</summary>
    public static int Majority(int replicas) => (replicas / 2) + 1;

    /// <param name="replicasByDatacenter">The keyspace's replication factor in each data centre.</param>
    /// <param name="localDatacenter">The coordinator's.</param>
    /// <exception cref="ArgumentException">SERIAL and LOCAL_SERIAL, which are refused before they come here.</exception>
    public static ReplicaRequirement For(ConsistencyLevel level, IReadOnlyDictionary<string, int> replicasByDatacenter, string localDatacenter) =>
        throw new NotImplementedException();
}
