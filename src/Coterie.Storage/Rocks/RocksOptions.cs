using Coterie.Model;

namespace Coterie.Storage.Rocks;

/// <summary>Sizes of the RocksDB engine. The defaults are modest: three nodes share one machine in <c>coterie dev</c>.</summary>
public sealed record RocksOptions
{
    /// <summary>Where the database lives. Made if it does not exist; nothing else may be in it.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The machine went down while commits were not synced, so that the end of the log may be torn, or have gaps: what lies behind the first is dropped. Otherwise
    /// what is damaged and not the very end is refused.
    /// </summary>
    public bool MayHaveLostTail { get; init; }

    /// <summary>Uncompressed blocks of table files kept in memory.</summary>
    public long BlockCacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Rows in memory before they are written to a table file; two such buffers may exist.</summary>
    public long WriteBufferBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Bytes of the log before memory is written out, and so the most that a start has to replay.</summary>
    public long LogBytesMax { get; init; } = 128L * 1024 * 1024;

    /// <summary>Free bytes of the file system below which writes are refused: enough for the memory of both areas to be written out.</summary>
    public long FreeBytesMin { get; init; } = 64L * 1024 * 1024;

    /// <summary>Threads that may wait for the disk on behalf of cold reads.</summary>
    public int ReadThreads { get; init; } = 4;

    /// <summary>Cold reads that may wait for such a thread.</summary>
    public int QueuedReadsMax { get; init; } = Limits.StorageWorkQueuedMax;

    /// <summary>Table files held open.</summary>
    public int OpenFilesMax { get; init; } = 4_096;

    /// <summary>How long no commit follows before the last one is sealed: see <see cref="RocksEngine"/>.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a commit waits for memory to be written out before it is refused as full.</summary>
    public TimeSpan StallMax { get; init; } = TimeSpan.FromSeconds(10);
}
