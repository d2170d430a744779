namespace Coterie.Server.Errors;

/// <summary>What kind of write failed or timed out: drivers decide by it whether to retry (native protocol v4 §9, 0x1100).</summary>
public enum WriteType : byte
{
    /// <summary>One mutation: it is applied whole or not at all on each replica, also if it came as a batch.</summary>
    Simple = 0,

    /// <summary>A logged batch.</summary>
    Batch = 1,

    /// <summary>Several mutations without a log.</summary>
    UnloggedBatch = 2,

    /// <summary>Keeping a logged batch, before anything of it was sent.</summary>
    BatchLog = 3,

    /// <summary>A write under a condition.</summary>
    CompareAndSet = 4,
}
