using Coterie.Model;

namespace Coterie.Storage.Writer;

public sealed record StorageWriterOptions
{
    /// <summary>Writes that may wait; one more is refused.</summary>
    public int QueuedWritesMax { get; init; } = Limits.WriterQueuedWritesMax;

    /// <summary>Bytes that may wait; what goes beyond is refused.</summary>
    public long QueuedBytesMax { get; init; } = Limits.WriterQueuedBytesMax;

    /// <summary>A batch takes no further write once it has this many bytes.</summary>
    public int BatchBytesMax { get; init; } = Limits.WriterBatchBytesMax;

    public SyncMode Sync { get; init; } = SyncMode.Group;

    /// <summary>
    /// Of <see cref="SyncMode.Periodic"/>. A busy node syncs the ceiling of its clock about once a second in any case, so a longer one would save next to nothing,
    /// and a much shorter one would cost what the mode is chosen to save.
    /// </summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(1);
}
