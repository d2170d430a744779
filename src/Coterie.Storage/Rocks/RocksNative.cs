using System.Runtime.InteropServices;
using System.Text;

namespace Coterie.Storage.Rocks;

/// <summary>
/// The functions of RocksDB's C interface (<c>rocksdb/c.h</c>) that the engine calls, bound to the library that the RocksDB package brings.
/// </summary>
/// <remarks>
/// Bound here rather than taken from the package's <c>RocksDbSharp.Native</c>: that builds delegates for all 2,600 functions at start
/// (180 ms of a node's 5 s), and these marshal nothing. Lengths are <c>nuint</c>, booleans bytes, errors a <c>char*</c> to be freed.
/// </remarks>
internal static unsafe partial class RocksNative
{
    private const string Library = "rocksdb";

    [LibraryImport(Library)]
    internal static partial void rocksdb_free(void* pointer);

    /// <summary>Takes the text of an error over and frees it. Null if there is none.</summary>
    internal static string? TakeError(byte* error)
    {
        if (error is null)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));
        rocksdb_free(error);
        return text;
    }

    // The database.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rocksdb_open_column_families(nint options, string path, int count, nint* names, nint* familyOptions, nint* families, byte** error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rocksdb_open_for_read_only_column_families(
        nint options, string path, int count, nint* names, nint* familyOptions, nint* families, byte errorIfLogExists, byte** error);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_checkpoint_object_create(nint db, byte** error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void rocksdb_checkpoint_create(nint checkpoint, string path, ulong logBytesUnflushed, byte** error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_checkpoint_object_destroy(nint checkpoint);

    [LibraryImport(Library)]
    internal static partial void rocksdb_close(nint db);

    [LibraryImport(Library)]
    internal static partial void rocksdb_column_family_handle_destroy(nint family);

    [LibraryImport(Library)]
    internal static partial void rocksdb_cancel_all_background_work(nint db, byte wait);

    [LibraryImport(Library)]
    private static partial int rocksdb_property_int_cf(nint db, nint family, byte* name, ulong* value);

    internal static long IntProperty(nint db, nint family, ReadOnlySpan<byte> nameWithEnd)
    {
        ulong value = 0;
        fixed (byte* name = nameWithEnd)
        {
            _ = rocksdb_property_int_cf(db, family, name, &value);
        }

        return (long)value;
    }

    [LibraryImport(Library)]
    internal static partial void rocksdb_flush_cfs(nint db, nint options, nint* families, int count, byte** error);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_flushoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_flushoptions_set_wait(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_flushoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compact_range_cf(nint db, nint family, byte* start, nuint startLength, byte* end, nuint endLength);

    // Writes.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_writebatch_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_clear(nint batch);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_destroy(nint batch);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_put_cf(nint batch, nint family, byte* key, nuint keyLength, byte* value, nuint valueLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_merge_cf(nint batch, nint family, byte* key, nuint keyLength, byte* value, nuint valueLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_delete_cf(nint batch, nint family, byte* key, nuint keyLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_delete_range_cf(nint batch, nint family, byte* start, nuint startLength, byte* end, nuint endLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_put_log_data(nint batch, byte* data, nuint length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_write(nint db, nint options, nint batch, byte** error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_flush_wal(nint db, byte sync, byte** error);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_writeoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_set_sync(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_set_no_slowdown(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_destroy(nint options);

    // Reads.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_get_pinned_cf(nint db, nint options, nint family, byte* key, nuint keyLength, byte** error);

    [LibraryImport(Library)]
    internal static partial byte* rocksdb_pinnableslice_value(nint slice, nuint* length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_pinnableslice_destroy(nint slice);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_readoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_set_ignore_range_deletions(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_set_read_tier(nint options, int tier);

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_set_iterate_lower_bound(nint options, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_set_iterate_upper_bound(nint options, byte* key, nuint length);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_create_iterator_cf(nint db, nint options, nint family);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_destroy(nint iterator);

    [LibraryImport(Library)]
    internal static partial byte rocksdb_iter_valid(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek_to_first(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek_to_last(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_next(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_prev(nint iterator);

    [LibraryImport(Library)]
    internal static partial byte* rocksdb_iter_key(nint iterator, nuint* length);

    [LibraryImport(Library)]
    internal static partial byte* rocksdb_iter_value(nint iterator, nuint* length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_get_error(nint iterator, byte** error);
}
