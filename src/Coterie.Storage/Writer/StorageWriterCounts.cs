namespace Coterie.Storage.Writer;

/// <summary>What the writer has done since it was made, for metrics. Read at any time; the numbers need not be of one moment.</summary>
/// <param name="QueuedWrites">Waiting now.</param>
/// <param name="QueuedBytes">Waiting now.</param>
/// <param name="DurableWrites">Completed as durable. Divided by <paramref name="Syncs"/>: how well commits are grouped.</param>
/// <param name="Syncs">Commits that waited for the disk.</param>
/// <param name="SyncedBytes">Bytes of all committed batches.</param>
/// <param name="RefusedWrites">Not taken, because the queue was full.</param>
/// <param name="FullWrites">Completed as <see cref="WriteResult.Full"/>.</param>
/// <param name="FailedWrites">Completed as <see cref="WriteResult.Failed"/>.</param>
public readonly record struct StorageWriterCounts(
    int QueuedWrites,
    long QueuedBytes,
    long DurableWrites,
    long Syncs,
    long SyncedBytes,
    long RefusedWrites,
    long FullWrites,
    long FailedWrites);
