namespace Coterie.Cluster.Transport;

/// <summary>What a request between nodes asks for. Part of the wire format: numbers are never reused.</summary>
public enum Verb : byte
{
    /// <summary>Answers at once; carries the failure detector's heartbeats and the hybrid clock.</summary>
    Heartbeat = 1,

    /// <summary>Who are you (identity, addresses, data centre, rack, cluster id)? For formation, before there is metadata.</summary>
    Hello = 2,

    /// <summary>Paxos phase 1, for one epoch of the metadata log.</summary>
    MetadataPrepare = 10,

    /// <summary>Paxos phase 2.</summary>
    MetadataAccept = 11,

    /// <summary>A decided entry, told to everyone. Answered after it is applied.</summary>
    MetadataCommit = 12,

    /// <summary>Entries from an epoch on, for who is behind.</summary>
    MetadataPull = 13,

    /// <summary>Apply a mutation (<c>Coterie.Model.Mutations</c>). Answered after it is durable.</summary>
    Mutate = 20,

    /// <summary>Read a slice, as data or as a digest (<c>Coterie.Model.Reads</c>).</summary>
    Read = 21,

    /// <summary>What this node thinks of the cluster, for <c>status</c>.</summary>
    Status = 30,
}
