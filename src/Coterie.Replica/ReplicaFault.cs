namespace Coterie.Replica;

/// <summary>A mistake planted on purpose, so that the simulator can prove that it would find it. Handed in; None everywhere else.</summary>
public enum ReplicaFault : byte
{
    None = 0,

    /// <summary>Answers a mutation when the writer has taken it rather than when it is durable.</summary>
    AcknowledgeBeforeDurable,
}
