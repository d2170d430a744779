using System.Runtime.InteropServices;

namespace Coterie.Storage.Rocks;

/// <summary>The setters of RocksDB's C interface that <see cref="RocksSettings"/> uses.</summary>
internal static unsafe partial class RocksNativeOptions
{
    private const string Library = "rocksdb";

    [LibraryImport(Library)]
    internal static partial nint rocksdb_options_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_create_if_missing(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_create_missing_column_families(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_paranoid_checks(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_wal_recovery_mode(nint options, int mode);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_bgerror_resume_count(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_track_and_verify_wals_in_manifest(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_track_and_verify_wals(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_verify_sst_unique_id_in_manifest(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_recycle_log_file_num(nint options, nuint count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_allow_concurrent_memtable_write(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_background_jobs(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_open_files(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_total_wal_size(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_bytes_per_sync(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_info_log_level(nint options, int level);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_log_file_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_keep_log_file_num(nint options, nuint count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_skip_stats_update_on_db_open(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_sst_file_manager(nint options, nint manager);

    // Column families.
    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_write_buffer_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_write_buffer_number(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level0_slowdown_writes_trigger(nint options, int files);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level0_stop_writes_trigger(nint options, int files);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_soft_pending_compaction_bytes_limit(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_compression(nint options, int compression);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_memtable_prefix_bloom_size_ratio(nint options, double ratio);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_memtable_whole_key_filtering(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_merge_operator(nint options, nint mergeOperator);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_mergeoperator_create(
        nint state,
        delegate* unmanaged[Cdecl]<nint, void> destructor,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, byte**, nuint*, int, byte*, nuint*, byte*> fullMerge,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte**, nuint*, int, byte*, nuint*, byte*> partialMerge,
        delegate* unmanaged[Cdecl]<nint, byte*, nuint, void> deleteValue,
        delegate* unmanaged[Cdecl]<nint, byte*> name);

    // Tables.
    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_block_based_table_factory(nint options, nint table);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_block_based_options_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_block_cache(nint options, nint cache);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_filter_policy(nint options, nint policy);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_filterpolicy_create_bloom_full(double bitsPerKey);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_cache_create_lru(nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_cache_destroy(nint cache);

    // Space.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_create_default_env();

    [LibraryImport(Library)]
    internal static partial void rocksdb_env_destroy(nint env);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_sst_file_manager_create(nint env);

    [LibraryImport(Library)]
    internal static partial void rocksdb_sst_file_manager_destroy(nint manager);
}
