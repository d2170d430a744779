namespace Coterie.Coordinator;

/// <summary>A mistake planted on purpose, so that the simulator can prove that it would find it. Handed in; None everywhere else.</summary>
public enum CoordinatorFault : byte
{
    None = 0,

    /// <summary>Reads that met a difference answer with the merged rows but repair nobody.</summary>
    SkipReadRepair,

    /// <summary>Repairs are sent, but the answer does not wait for them.</summary>
    AnswerBeforeRepair,

    /// <summary>Writes are answered one acknowledgement early.</summary>
    WriteQuorumOffByOne,

    /// <summary>Reads are answered one replica early.</summary>
    ReadQuorumOffByOne,

    /// <summary>The rows of the replica that was asked for data are returned whatever the digests say.</summary>
    IgnoreDigests,

    /// <summary>Rows behind the place where a replica stopped are believed.</summary>
    SkipShortReadProtection,
}
