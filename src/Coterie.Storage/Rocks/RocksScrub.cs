using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using static Coterie.Storage.Rocks.RocksNative;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Reads every block of the table files of an open store from the disk, slowly, and so meets what has rotted before a client does.
/// </summary>
/// <remarks>
/// The store's own cache would answer for blocks that are bad on the disk, so they are read through a second, read-only database, on a checkpoint: hard links to
/// the same files, which stay while they are read whatever is compacted meanwhile. RocksDB's own check of all files can be neither paced nor stopped, so this
/// walks through all entries, which reads each block with its checksum, also those that a deletion of a range covers.
/// Blocks of an index and of filters are checked as far as the walk needs them.
/// </remarks>
internal sealed unsafe class RocksScrub : IDisposable
{
    /// <summary>Between two looks at how fast it has been.</summary>
    private const long StepBytes = 256 * 1024;

    private const long CacheBytes = 1024 * 1024;
    private const int OpenFiles = 64;

    private readonly string _store;
    private readonly string _directory;
    private readonly RocksSettings _settings;

    private RocksScrub(RocksOptions options, RowMergeFunction merge, ILogger logger)
    {
        _store = options.Path;
        _directory = DirectoryOf(options.Path);
        _settings = new RocksSettings(options with { BlockCacheBytes = CacheBytes, OpenFilesMax = OpenFiles }, merge, logger, create: false);
    }

    /// <summary>Removes what a scrub that a crash cut short has left: it would hold the space of files that are no more.</summary>
    public static void Clear(string store)
    {
        if (DirectoryOf(store) is var directory && Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Blocks for as long as it takes. Returns how many bytes of keys and values there were.</summary>
    /// <exception cref="StorageCorruptException">A block is not what was written; the message names the file.</exception>
    /// <exception cref="StorageFailedException">It could not be done.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long Run(nint db, RocksOptions options, string[] families, RowMergeFunction merge, ILogger logger, long bytesPerSecond, CancellationToken cancellationToken)
    {
        Clear(options.Path);
        try
        {
            using var scrub = new RocksScrub(options, merge, logger);
            scrub.Link(db);
            return scrub.Read(families, bytesPerSecond, cancellationToken);
        }
        finally
        {
            Clear(options.Path);
        }
    }

    public void Dispose() => _settings.Dispose();

    private static string DirectoryOf(string store) => store + ".scrub";

    private void Link(nint db)
    {
        byte* error = null;
        var checkpoint = rocksdb_checkpoint_object_create(db, &error);
        if (TakeError(error) is { } refused)
        {
            throw new StorageFailedException(refused);
        }

        error = null;
        rocksdb_checkpoint_create(checkpoint, _directory, 0, &error);
        rocksdb_checkpoint_object_destroy(checkpoint);
        ThrowIfError(error);
    }

    private long Read(string[] families, long bytesPerSecond, CancellationToken cancellationToken)
    {
        var names = Array.ConvertAll(families, Marshal.StringToCoTaskMemUTF8);
        var handles = new nint[families.Length];
        byte* error = null;
        nint db;
        fixed (nint* name = names, option = _settings.Families, handle = handles)
        {
            db = rocksdb_open_for_read_only_column_families(_settings.Database, _directory, families.Length, name, option, handle, 0, &error);
        }

        Array.ForEach(names, Marshal.FreeCoTaskMem);
        ThrowIfError(error);
        try
        {
            var read = 0L;
            var pace = new ScrubPace(bytesPerSecond, cancellationToken);
            foreach (var handle in handles)
            {
                read += Read(db, handle, pace);
            }

            return read;
        }
        finally
        {
            Array.ForEach(handles, rocksdb_column_family_handle_destroy);
            rocksdb_close(db);
        }
    }

    private long Read(nint db, nint family, ScrubPace pace)
    {
        var options = rocksdb_readoptions_create();
        rocksdb_readoptions_set_ignore_range_deletions(options, 1);
        var iterator = rocksdb_create_iterator_cf(db, options, family);
        try
        {
            var (read, step) = (0L, 0L);
            for (rocksdb_iter_seek_to_first(iterator); rocksdb_iter_valid(iterator) != 0; rocksdb_iter_next(iterator))
            {
                nuint key, value;
                _ = rocksdb_iter_key(iterator, &key);
                _ = rocksdb_iter_value(iterator, &value);
                step += (long)(key + value);
                if (step >= StepBytes)
                {
                    read += step;
                    pace.Take(step);
                    step = 0;
                }
            }

            byte* error = null;
            rocksdb_iter_get_error(iterator, &error);
            ThrowIfError(error);
            return read + step;
        }
        finally
        {
            rocksdb_iter_destroy(iterator);
            rocksdb_readoptions_destroy(options);
        }
    }

    // Only what a table file says condemns the store: the rest of a checkpoint is a copy.
    private void ThrowIfError(byte* error)
    {
        if (TakeError(error) is { } status)
        {
            throw status.Contains(".sst", StringComparison.Ordinal)
                ? RocksErrors.OfRead(status.Replace(_directory, _store, StringComparison.Ordinal))
                : new StorageFailedException(status);
        }
    }
}
