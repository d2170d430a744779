using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using static Coterie.Storage.Rocks.RocksNative;

namespace Coterie.Storage.Rocks;

/// <summary>
/// One RocksDB database: a column family an area, the model's join as its merge operator.
/// </summary>
/// <remarks>
/// Invariants: a commit that is to be synced returns after its fsync or throws; the native database outlives every read and cursor inside it.
/// Opening, reading and closing are here; <see cref="RocksWriter"/> is the writing half.
/// </remarks>
public sealed partial class RocksEngine : IStorageEngine
{
    private const int BlockCacheTier = 1;

    // By the areas' numbers. RocksDB insists on a family of the first name; it holds the data.
    private static readonly string[] FamilyNames = ["default", "local", "hints", "trees", "raft"];

    private readonly RocksOptions _options;
    private readonly RowMergeFunction _merge;
    private readonly ILogger _logger;
    private readonly RocksSettings _settings;
    private readonly ReaderGate _gate = new();
    private readonly ReadPool _reads;
    private readonly RocksWriter _writer;
    private readonly CommitThread _commits;
    private readonly nint _db;
    private readonly nint[] _families;
    private readonly nint _read;
    private readonly nint _cachedRead;
    private readonly TaskCompletionSource<StorageCorruptException> _damaged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<string, Exception> _readFailure;
    private int _disposed;

    private RocksEngine(RocksOptions options, RocksSettings settings, RowMergeFunction merge, nint db, nint[] families, ILogger logger)
    {
        _merge = merge;
        _options = options;
        _settings = settings;
        _db = db;
        _families = families;
        _logger = logger;
        _read = rocksdb_readoptions_create();
        _cachedRead = rocksdb_readoptions_create();
        rocksdb_readoptions_set_read_tier(_cachedRead, BlockCacheTier);
        _reads = new ReadPool(options.ReadThreads, options.QueuedReadsMax);
        _writer = new RocksWriter(db, families, options.StallMax, new SpaceGuard(options.Path, options.FreeBytesMin));
        _readFailure = ReadFailure;
        _commits = new CommitThread(_writer.Commit, _writer.Seal, options.SealAfter);
    }

    /// <summary>Operands that could not be decoded and were left out of merges. Anything but 0 is a reason to look.</summary>
    public long UndecodableOperands => _settings.MergeOperator.UndecodableOperands;

    /// <summary>Completes, with the first that was met, when a read meets damage. The engine stays open: what is intact can be read.</summary>
    public Task<StorageCorruptException> Damaged => _damaged.Task;

    /// <summary>What the writing half has done.</summary>
    internal RocksWriter Writer => _writer;

    /// <summary>Opens the database in <see cref="RocksOptions.Path"/>, or makes it. Blocks: replays the log.</summary>
    /// <exception cref="StorageCorruptException">What is on the disk is damaged; the message names the file. Nothing was changed.</exception>
    /// <exception cref="StorageFailedException">It cannot be opened: locked by another process, unreadable.</exception>
    public static unsafe RocksEngine Open(RocksOptions options, RowMergeFunction merge, ILogger<RocksEngine> logger)
    {
        Directory.CreateDirectory(options.Path);
        RocksScrub.Clear(options.Path);
        if (options.MayHaveLostTail && LogCut.Apply(options.Path) is { Length: > 0 } cut)
        {
            LogCutOff(logger, cut);
        }

        var exists = StoreCheck.Exists(options.Path, out var tail);
        var settings = new RocksSettings(options, merge, logger, create: !exists);
        try
        {
            var families = new nint[StorageAreas.Count];
            var db = OpenDatabase(options.Path, settings, families, tail);
            if (tail.Length > 0)
            {
                LogTail(logger, tail);
            }

            return new RocksEngine(options, settings, merge, db, families, logger);
        }
        catch
        {
            settings.Dispose();
            throw;
        }
    }

    public ValueTask CommitAsync(StorageBatch batch)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _commits.CommitAsync(batch);
    }

    public unsafe GetResult Get(StorageArea area, ReadOnlySpan<byte> key, IBufferWriter<byte> destination, bool cachedOnly)
    {
        Enter();
        try
        {
            byte* error = null;
            nint slice;
            fixed (byte* keyPointer = key)
            {
                slice = rocksdb_get_pinned_cf(_db, cachedOnly ? _cachedRead : _read, Family(area), keyPointer, (nuint)key.Length, &error);
            }

            if (error is not null)
            {
                return NotCachedOrThrow(error);
            }

            if (slice == 0)
            {
                return GetResult.Absent;
            }

            CopyAndFree(slice, destination);
            return GetResult.Found;
        }
        finally
        {
            _gate.Leave();
        }
    }

    public IStorageCursor Scan(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        Enter();
        return new RocksCursor(_gate, _readFailure, _db, Family(area), lower, upper, reverse);
    }

    public bool TrySchedule(IStorageWork work)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _reads.TrySchedule(work);
    }

    public long ApproximateBytes()
    {
        Enter();
        try
        {
            return _families.Sum(Held);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>
    /// Reads every block of the table files again, from the disk, and blocks its thread for as long as that takes. What is found damaged is told by
    /// <see cref="Damaged"/> too. Returns how many bytes of keys and values there were.
    /// </summary>
    /// <exception cref="StorageCorruptException">A block is not what was written; the message names the file.</exception>
    /// <exception cref="StorageFailedException">It could not be done.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long Scrub(long bytesPerSecond, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            return RocksScrub.Run(_db, _options, FamilyNames, _merge, _logger, bytesPerSecond, cancellationToken);
        }
        catch (StorageCorruptException damage)
        {
            _damaged.TrySetResult(damage);
            throw;
        }
        finally
        {
            _gate.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _commits.DisposeAsync();
        await _reads.DisposeAsync();
        await _gate.CloseAsync();
        Close();
    }

    private static unsafe nint OpenDatabase(string path, RocksSettings settings, nint[] families, string tail)
    {
        var names = Array.ConvertAll(FamilyNames, Marshal.StringToCoTaskMemUTF8);
        byte* error = null;
        nint db;
        fixed (nint* name = names, option = settings.Families, family = families)
        {
            db = rocksdb_open_column_families(settings.Database, path, families.Length, name, option, family, &error);
        }

        Array.ForEach(names, Marshal.FreeCoTaskMem);
        var status = TakeError(error);
        return status is null ? db : throw RocksErrors.OfOpen(status, path, tail);
    }

    private static unsafe void CopyAndFree(nint slice, IBufferWriter<byte> destination)
    {
        try
        {
            nuint length;
            var value = rocksdb_pinnableslice_value(slice, &length);
            destination.Write(new ReadOnlySpan<byte>(value, checked((int)length)));
        }
        finally
        {
            rocksdb_pinnableslice_destroy(slice);
        }
    }

    private unsafe GetResult NotCachedOrThrow(byte* error)
    {
        if (RocksErrors.IsNotCached(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error)))
        {
            rocksdb_free(error);
            return GetResult.NotCached;
        }

        throw ReadFailure(TakeError(error)!);
    }

    private Exception ReadFailure(string status)
    {
        var failure = RocksErrors.OfRead(status);
        if (failure is StorageCorruptException damage)
        {
            _damaged.TrySetResult(damage);
        }

        return failure;
    }

    private void Enter() => ObjectDisposedException.ThrowIf(!_gate.TryEnter(), this);

    private nint Family(StorageArea area) => _families[(int)area];

    private long Held(nint family) =>
        IntProperty(_db, family, "rocksdb.live-sst-files-size\0"u8) + IntProperty(_db, family, "rocksdb.cur-size-all-mem-tables\0"u8);

    private void Close()
    {
        Flush();
        rocksdb_cancel_all_background_work(_db, 1);
        rocksdb_readoptions_destroy(_read);
        rocksdb_readoptions_destroy(_cachedRead);
        _writer.Dispose();
        Array.ForEach(_families, rocksdb_column_family_handle_destroy);
        rocksdb_close(_db);
        _settings.Dispose();
    }

    // A clean stop leaves nothing to replay, and nothing that only the tail of a log holds. If it fails the log still has everything.
    private unsafe void Flush()
    {
        if (_writer.HasFailed)
        {
            return;
        }

        var flush = rocksdb_flushoptions_create();
        rocksdb_flushoptions_set_wait(flush, 1);
        byte* error = null;
        fixed (nint* families = _families)
        {
            rocksdb_flush_cfs(_db, flush, families, _families.Length, &error);
        }

        rocksdb_flushoptions_destroy(flush);
        if (TakeError(error) is { } status)
        {
            LogNotFlushed(_options.Path, status);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last record of a log was cut off, as by a crash in the middle of a write that was not acknowledged: {Tail}")]
    private static partial void LogTail(ILogger logger, string tail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The machine went down while writes were not synced, and the log has a gap: {Cut}")]
    private static partial void LogCutOff(ILogger logger, string cut);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store in {Path} was closed without writing out its memory; the next start replays the log. {Status}")]
    private partial void LogNotFlushed(string path, string status);
}
