using Microsoft.Extensions.Logging;
using static Coterie.Storage.Rocks.RocksNativeOptions;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Every setting of RocksDB that differs from its default, with the reason. Some defaults lose acknowledged data; those are marked.
/// Owns the native option objects; the database keeps what it needs of them.
/// </summary>
internal sealed class RocksSettings : IDisposable
{
    // rocksdb/options.h: WALRecoveryMode, CompressionType; rocksdb/env.h: InfoLogLevel.
    private const int TolerateCorruptedTailRecords = 0;
    private const int PointInTime = 2;
    private const int Lz4 = 4;
    private const int Warn = 2;

    private const int Level0FilesMax = 36;
    private const double BloomBitsPerKey = 10;
    private const long LocalWriteBufferBytes = 4L * 1024 * 1024;
    private const long HintsWriteBufferBytes = 8L * 1024 * 1024;

    private readonly nint _cache;
    private readonly nint _env;
    private readonly nint _space;

    public RocksSettings(RocksOptions options, RowMergeFunction merge, ILogger logger, bool create)
    {
        _cache = rocksdb_cache_create_lru((nuint)options.BlockCacheBytes);
        _env = rocksdb_create_default_env();
        _space = rocksdb_sst_file_manager_create(_env);
        Database = DatabaseOptions(options, create);
        Families = new nint[StorageAreas.Count];
        Families[(int)StorageArea.Data] = FamilyOptions(options.WriteBufferBytes);
        Families[(int)StorageArea.Local] = FamilyOptions(Math.Min(options.WriteBufferBytes, LocalWriteBufferBytes));
        Families[(int)StorageArea.Hints] = FamilyOptions(Math.Min(options.WriteBufferBytes, HintsWriteBufferBytes));
        Families[(int)StorageArea.Raft] = FamilyOptions(options.WriteBufferBytes);
        Families[(int)StorageArea.Trees] = FamilyOptions(Math.Min(options.WriteBufferBytes, LocalWriteBufferBytes));
        rocksdb_options_set_merge_operator(Families[(int)StorageArea.Data], RocksMergeOperator.Create(merge, logger, out var mergeOperator));
        MergeOperator = mergeOperator;
    }

    public nint Database { get; }

    /// <summary>The options of each area's column family, by its number.</summary>
    public nint[] Families { get; }

    public RocksMergeOperator MergeOperator { get; }

    public void Dispose()
    {
        rocksdb_options_destroy(Database);
        foreach (var family in Families)
        {
            rocksdb_options_destroy(family);
        }

        rocksdb_sst_file_manager_destroy(_space);
        rocksdb_env_destroy(_env);
        rocksdb_cache_destroy(_cache);
    }

    private nint DatabaseOptions(RocksOptions options, bool create)
    {
        var database = rocksdb_options_create();
        rocksdb_options_set_create_if_missing(database, create ? (byte)1 : (byte)0);
        rocksdb_options_set_create_missing_column_families(database, 1);

        // The default, point-in-time recovery, stops at the first damaged record and opens without what was acknowledged after it: wanted only where that was
        // never promised to be there.
        rocksdb_options_set_wal_recovery_mode(database, options.MayHaveLostTail ? PointInTime : TolerateCorruptedTailRecords);

        // The default retries for ever after a failed write or sync. A failed sync is never retried.
        rocksdb_options_set_max_bgerror_resume_count(database, 0);

        // Off by default: a log that is missing, or shorter than what was synced, would not be noticed.
        rocksdb_options_set_track_and_verify_wals_in_manifest(database, 1);
        rocksdb_options_set_track_and_verify_wals(database, 1);

        // Old records behind the end of a recycled log look like a damaged tail, which is tolerated.
        rocksdb_options_set_recycle_log_file_num(database, 0);
        rocksdb_options_set_paranoid_checks(database, 1);
        rocksdb_options_set_verify_sst_unique_id_in_manifest(database, 1);

        // Without it "no space" is final until the database is opened again; with it RocksDB goes on by itself within seconds of there being space.
        rocksdb_options_set_sst_file_manager(database, _space);

        // There is one writer, and successive merges are not folded under concurrent ones.
        rocksdb_options_set_allow_concurrent_memtable_write(database, 0);
        rocksdb_options_set_max_background_jobs(database, 2);
        rocksdb_options_set_max_open_files(database, options.OpenFilesMax);
        rocksdb_options_set_max_total_wal_size(database, (ulong)options.LogBytesMax);

        // Large files reach the disk in steps, so that the sync of one does not hold up a commit's.
        rocksdb_options_set_bytes_per_sync(database, 1024 * 1024);
        rocksdb_options_set_skip_stats_update_on_db_open(database, 1);
        rocksdb_options_set_info_log_level(database, Warn);
        rocksdb_options_set_max_log_file_size(database, 4 * 1024 * 1024);
        rocksdb_options_set_keep_log_file_num(database, 4);
        return database;
    }

    private nint FamilyOptions(long writeBufferBytes)
    {
        var family = rocksdb_options_create();
        rocksdb_options_set_write_buffer_size(family, (nuint)writeBufferBytes);
        rocksdb_options_set_max_write_buffer_number(family, 2);
        rocksdb_options_set_compression(family, Lz4);

        // Writes are stopped, never slowed: the engine waits for the end of a stop itself, since RocksDB would wait through a full disk too.
        rocksdb_options_set_level0_slowdown_writes_trigger(family, Level0FilesMax);
        rocksdb_options_set_level0_stop_writes_trigger(family, Level0FilesMax);
        rocksdb_options_set_soft_pending_compaction_bytes_limit(family, 0);

        // A point read asks for a header that almost never exists: the filters say so in memory and in files.
        rocksdb_options_set_memtable_prefix_bloom_size_ratio(family, 0.02);
        rocksdb_options_set_memtable_whole_key_filtering(family, 1);
        var table = rocksdb_block_based_options_create();
        rocksdb_block_based_options_set_block_cache(table, _cache);
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(BloomBitsPerKey));
        rocksdb_options_set_block_based_table_factory(family, table);
        rocksdb_block_based_options_destroy(table);
        return family;
    }
}
