using System.Buffers;

namespace Coterie.Storage;

/// <summary>
/// A node's ordered, durable, crash-safe map. Two implementations pass one contract suite: RocksDB, and a memory engine that can crash.
/// </summary>
/// <remarks>
/// Writes have one caller: the writer loop (<see cref="Writer.IStorageWriter"/>). Reads may come from anywhere at any time and see whole
/// batches or nothing of them. After <see cref="StorageFailedException"/> the engine takes no more writes; <see cref="StorageFullException"/>
/// is milder: that batch was not applied, and a later one may be.
/// </remarks>
public interface IStorageEngine : IAsyncDisposable
{
    /// <summary>
    /// Applies the batch as one atom and completes after it is durable (the fsync has returned), and with it all batches before it; of a batch that is not
    /// <see cref="StorageBatch.IsSynced"/>, when it has been given to the system: it outlives the process, and not yet the machine. A machine that goes down
    /// takes batches that were not synced from the end only, each whole. An empty batch that is synced needs no space.
    /// </summary>
    /// <exception cref="StorageFullException">No space. Nothing of the batch was applied.</exception>
    /// <exception cref="StorageFailedException">The disk failed; what was applied is unknown. The engine accepts nothing more.</exception>
    ValueTask CommitAsync(StorageBatch batch);

    /// <summary>
    /// Appends the value to <paramref name="destination"/>. With <paramref name="cachedOnly"/> it never touches the disk and answers
    /// <see cref="GetResult.NotCached"/> where it would have to.
    /// </summary>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly);

    /// <summary>Entries with <c>lower ≤ key &lt; upper</c>, in order of bytes, or the reverse of it. Sees one consistent state. Dispose it.</summary>
    IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse);

    /// <summary>
    /// Runs work that may wait for the disk where it is allowed to wait: the bounded I/O pool (RocksDB), or at once (memory).
    /// False: the pool's queue is full; the caller refuses the request.
    /// </summary>
    bool TrySchedule(IStorageWork work);

    /// <summary>Approximate bytes held, for <c>status</c>.</summary>
    long ApproximateBytes();
}

public enum GetResult : byte
{
    Absent = 0,
    Found = 1,
    NotCached = 2,
}

/// <summary>Work for the I/O pool. Implementations are pooled objects, so that a cold read costs no closure. Must not throw.</summary>
public interface IStorageWork
{
    void Run();
}

/// <summary>A position in a scan. Key and value are valid until the next call.</summary>
public interface IStorageCursor : IDisposable
{
    /// <summary>Moves to the next entry (the first, at the first call). False at the end.</summary>
    /// <exception cref="StorageCorruptException">The bytes on disk are not what was written.</exception>
    bool MoveNext();

    ReadOnlySpan<byte> Key { get; }

    ReadOnlySpan<byte> Value { get; }
}
