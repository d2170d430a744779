namespace Coterie.Cluster.Consensus.Paxos;

/// <summary>Names one decision: an epoch of the metadata log; one day the state of one partition. Instances know nothing of each other.</summary>
public readonly record struct InstanceKey(string Name)
{
    public override string ToString() => Name;
}
