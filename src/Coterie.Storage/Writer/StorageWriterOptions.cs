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
}
