namespace Coterie.Simulator.Workloads;

/// <summary>How many replicas a keyspace has: so many in all, or so many in each of several data centres.</summary>
public readonly record struct Replication(int Factor, int Datacenters = 1)
{
    public static Replication Three { get; } = new(3);

    /// <summary>How many nodes hold each key.</summary>
    public int Copies => Factor * Datacenters;

    /// <summary>As CREATE KEYSPACE says it.</summary>
    public override string ToString()
    {
        var factor = Factor;
        return Datacenters == 1
            ? $"{{'class': 'SimpleStrategy', 'replication_factor': {factor}}}"
            : $"{{'class': 'NetworkTopologyStrategy', {string.Join(", ", Enumerable.Range(1, Datacenters).Select(number => $"'dc{number}': {factor}"))}}}";
    }
}
