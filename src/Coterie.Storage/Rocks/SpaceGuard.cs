using System.Globalization;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Refuses writes while there is still some space, so that RocksDB never runs out of it. Where it does while it begins a new log it takes no
/// write ever again before it is opened anew, and what it writes in the background needs space too.
/// </summary>
internal sealed class SpaceGuard(string path, long freeBytesMin)
{
    private const long SomeBytes = 1024 * 1024;

    private readonly DriveInfo _drive = new(path);

    /// <summary>Null if there is enough space. One system call: it may be asked before every commit, which waits for a disk anyway.</summary>
    public StorageFullException? Problem()
    {
        var free = Free();
        return free >= freeBytesMin ? null : new StorageFullException(string.Create(
            CultureInfo.InvariantCulture,
            $"{free / 1024} KiB are free on the file system of {path}; the last {freeBytesMin / 1024} KiB are not used, so that what is in memory can be written out."));
    }

    /// <summary>Enough for a record without content.</summary>
    public bool IsThereSome => Free() >= SomeBytes;

    private long Free()
    {
        try
        {
            return _drive.AvailableFreeSpace;
        }
        catch (IOException)
        {
            // It cannot be asked; what writes there will say why.
            return long.MaxValue;
        }
    }
}
