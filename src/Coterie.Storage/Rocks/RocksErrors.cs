namespace Coterie.Storage.Rocks;

/// <summary>
/// RocksDB's C interface reports a status as text, <c>Status::ToString</c>: a fixed prefix for the code, one for the sub-code, then what it
/// was doing and to which file. This is the one place that reads it.
/// </summary>
internal static class RocksErrors
{
    private const string Corruption = "Corruption";
    private const string Stall = "Result incomplete: Write stall";
    private const string NoSpace = "IO error: No space left on device";
    private const string SpaceLimit = "IO error: Space limit reached";

    private static readonly string[] Syncs = [": While fsync", ": While fdatasync", ": While sync_file_range"];

    /// <summary>What a commit that failed with this status means. Anything that is not plainly "full" is final.</summary>
    /// <remarks>
    /// "No space" from a sync is final too: after a failed fsync it is unknown what the disk holds.
    /// </remarks>
    internal static Exception OfCommit(string status) => IsStall(status) || IsFull(status)
        ? new StorageFullException(status)
        : new StorageFailedException(status, status.StartsWith(Corruption, StringComparison.Ordinal) ? new StorageCorruptException(status) : null);

    internal static Exception OfRead(string status) => status.StartsWith(Corruption, StringComparison.Ordinal)
        ? new StorageCorruptException(status)
        : new StorageFailedException(status);

    /// <param name="status">RocksDB's; about a damaged log it does not say which.</param>
    /// <param name="path">The store's directory.</param>
    /// <param name="tail">What <see cref="StoreCheck"/> found at the ends of logs.</param>
    internal static Exception OfOpen(string status, string path, string tail) => status.StartsWith(Corruption, StringComparison.Ordinal)
        ? new StorageCorruptException($"The store in {path} is damaged and stays closed: {status}. {tail}")
        : IsFull(status) ? new StorageFullException($"The store in {path} cannot be opened: {status}")
        : new StorageFailedException($"The store in {path} cannot be opened: {status}");

    /// <summary>The write was not made because memory has to be written out first.</summary>
    internal static bool IsStall(string status) => status.StartsWith(Stall, StringComparison.Ordinal);

    internal static bool IsNotCached(ReadOnlySpan<byte> status) => status.StartsWith("Result incomplete: "u8);

    private static bool IsFull(string status) =>
        (status.StartsWith(NoSpace, StringComparison.Ordinal) || status.StartsWith(SpaceLimit, StringComparison.Ordinal))
        && !Syncs.Any(sync => status.Contains(sync, StringComparison.Ordinal));
}
