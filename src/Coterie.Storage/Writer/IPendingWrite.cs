namespace Coterie.Storage.Writer;

/// <summary>How a write that was handed to the writer loop ended.</summary>
public enum WriteResult : byte
{
    /// <summary>Durable, as the writer's <see cref="SyncMode"/> has it: with <see cref="SyncMode.Group"/> the fsync has returned.</summary>
    Durable = 0,

    /// <summary>No space; not applied.</summary>
    Full = 1,

    /// <summary>The store has failed or stopped; unknown whether it was applied. Must not be acknowledged.</summary>
    Failed = 2,
}

/// <summary>
/// One write on its way to the disk. Implementations are pooled by their owner, so that a write costs no task and no closure.
/// </summary>
public interface IPendingWrite
{
    /// <summary>Bytes that it will add, by which the writer bounds its batches.</summary>
    int Bytes { get; }

    /// <summary>Adds its operations to the batch. Called once, on the writer loop.</summary>
    void AppendTo(StorageBatch batch);

    /// <summary>Called once, on the writer loop, after the batch is durable or has failed. Must not throw and must not block.</summary>
    void Completed(WriteResult result);
}
