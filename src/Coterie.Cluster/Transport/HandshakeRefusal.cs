namespace Coterie.Cluster.Transport;

/// <summary>Why two nodes do not talk. Part of the wire format.</summary>
public enum HandshakeRefusal : byte
{
    None = 0,

    /// <summary>The other belongs to another cluster.</summary>
    WrongCluster = 1,

    /// <summary>The other has this node's own identity: this is me, or a copy of my data.</summary>
    OwnNode = 2,

    /// <summary>No version of the protocol is spoken by both.</summary>
    Version = 3,

    /// <summary>The two wall clocks are further apart than is allowed.</summary>
    ClockSkew = 4,

    /// <summary>Too many connections.</summary>
    Full = 5,

    /// <summary>Behind the address is another node than the metadata says. Said to oneself only.</summary>
    UnexpectedNode = 6,

    /// <summary>It is not a node of this product, or its greeting is damaged. Said to oneself only.</summary>
    Malformed = 7,
}
