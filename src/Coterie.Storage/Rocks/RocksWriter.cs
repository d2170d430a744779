using Coterie.Model;
using static Coterie.Storage.Rocks.RocksNative;

namespace Coterie.Storage.Rocks;

/// <summary>The writing half of the database: everything here runs on the commit thread, one call at a time, and only it writes.</summary>
/// <remarks>
/// Invariants: a commit that is to be synced returns after its fsync, which covers all before it; once one has failed for anything but space, none is tried again.
/// The seal: damage to the last record of the log looks like a write that was cut off, and would be dropped in silence though it had been
/// acknowledged. So when no commit follows a synced one for a moment, an empty record is written and synced behind it, which proves it: <see cref="LogDamage"/>.
/// Folding: a row to which much was merged is now and then written whole, or every read of it would have to fold all of that: <see cref="MergeChains"/>.
/// </remarks>
internal sealed class RocksWriter : IDisposable
{
    /// <summary>Piles remembered from one batch to the next; more is more than one batch should make.</summary>
    private const int HighMax = 256;

    /// <summary>A larger row is only folded when what was merged to it is worth writing all of it again.</summary>
    private const int FoldedBytesMin = 1024;
    private const int RewriteFactorMax = 2;

    private static readonly TimeSpan StallPoll = TimeSpan.FromMilliseconds(1);

    private readonly nint _db;
    private readonly nint[] _families;
    private readonly nint _data;
    private readonly TimeSpan _stallMax;
    private readonly SpaceGuard _space;
    private readonly nint _writeBatch;
    private readonly nint _syncedWrite;
    private readonly nint _unsyncedWrite;
    private readonly nint _read;
    private readonly MergeChains _chains = new();
    private readonly List<(byte[] Key, uint OperandBytes)> _high = [];
    private Exception? _failure;
    private bool _isSealDue;
    private long _errorsSeen;
    private long _seals;
    private long _folds;

    public RocksWriter(nint db, nint[] families, TimeSpan stallMax, SpaceGuard space)
    {
        _db = db;
        _families = families;
        _data = families[(int)StorageArea.Data];
        _stallMax = stallMax;
        _space = space;
        _writeBatch = rocksdb_writebatch_create();
        _read = rocksdb_readoptions_create();
        _syncedWrite = WriteOptions(sync: true);
        _unsyncedWrite = WriteOptions(sync: false);
    }

    /// <summary>Nothing is written any more.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Seals written. From any thread.</summary>
    public long Seals => Volatile.Read(ref _seals);

    /// <summary>Rows written whole because much had been merged to them. From any thread.</summary>
    public long Folds => Volatile.Read(ref _folds);

    /// <summary>Makes a batch as durable as it wants to be, or says why not.</summary>
    public Exception? Commit(StorageBatch batch)
    {
        if (_failure is not null)
        {
            return new StorageFailedException(_failure.Message, _failure);
        }

        if (batch is { Count: 0, IsSynced: true })
        {
            return Sync();
        }

        if (_space.Problem() is { } full)
        {
            return full;
        }

        FoldHighPiles();
        Fill(batch);
        _isSealDue = batch.IsSynced;
        var status = WriteThroughStalls(batch.IsSynced ? _syncedWrite : _unsyncedWrite);
        rocksdb_writebatch_clear(_writeBatch);
        return Outcome(status);
    }

    /// <summary>See the remarks. For when there is nothing else to do.</summary>
    public unsafe void Seal()
    {
        if (_failure is null && _isSealDue && _space.IsThereSome)
        {
            _isSealDue = false;
            rocksdb_writebatch_put_log_data(_writeBatch, null, 0);
            var status = Write(_syncedWrite);
            rocksdb_writebatch_clear(_writeBatch);
            if (Outcome(status) is null)
            {
                Volatile.Write(ref _seals, _seals + 1);
            }
        }
    }

    private static nint WriteOptions(bool sync)
    {
        var options = rocksdb_writeoptions_create();
        rocksdb_writeoptions_set_sync(options, sync ? (byte)1 : (byte)0);
        rocksdb_writeoptions_set_no_slowdown(options, 1);
        return options;
    }

    // Without a record: there need be no space for one. What it has synced is sealed when there is nothing else to do.
    private unsafe Exception? Sync()
    {
        byte* error = null;
        rocksdb_flush_wal(_db, 1, &error);
        _isSealDue = true;
        return Outcome(TakeError(error));
    }

    private Exception? Outcome(string? status)
    {
        if (status is null)
        {
            _errorsSeen = IntProperty(_db, _data, "rocksdb.background-errors\0"u8);
            return null;
        }

        var failure = RocksErrors.OfCommit(status);
        if (failure is not StorageFullException)
        {
            _failure = failure;
        }

        return failure;
    }

    // RocksDB stops writes while memory waits to be written out, and would hold the caller for as long as a full disk stays full. So it is told not to
    // wait, and the waiting is done here: it ends at once when something in the background has failed since the last commit.
    private string? WriteThroughStalls(nint options)
    {
        var waited = TimeSpan.Zero;
        while (true)
        {
            var status = Write(options);
            if (status is null || !RocksErrors.IsStall(status) || waited >= _stallMax || IntProperty(_db, _data, "rocksdb.background-errors\0"u8) != _errorsSeen)
            {
                return status;
            }

            Thread.Sleep(StallPoll);
            waited += StallPoll;
        }
    }

    private unsafe string? Write(nint options)
    {
        byte* error = null;
        rocksdb_write(_db, options, _writeBatch, &error);
        return TakeError(error);
    }

    // After the batch in which a pile became high, and before the next: what is read then is all there is of the row, since nobody else writes.
    // The row goes first into the batch, and what the batch merges to it comes on top.
    private unsafe void FoldHighPiles()
    {
        foreach (var (row, operandBytes) in _high)
        {
            byte* error = null;
            fixed (byte* key = row)
            {
                var slice = rocksdb_get_pinned_cf(_db, _read, _data, key, (nuint)row.Length, &error);
                if (slice != 0)
                {
                    Fold(row, key, slice, operandBytes);
                    rocksdb_pinnableslice_destroy(slice);
                }
            }

            // A row that cannot be read is whoever reads it next's to report; its pile stays.
            _ = TakeError(error);
        }

        _high.Clear();
    }

    private unsafe void Fold(byte[] row, byte* key, nint slice, uint operandBytes)
    {
        nuint length;
        var value = rocksdb_pinnableslice_value(slice, &length);
        if (length <= FoldedBytesMin || length <= (ulong)operandBytes * RewriteFactorMax)
        {
            rocksdb_writebatch_put_cf(_writeBatch, _data, key, (nuint)row.Length, value, length);
            _chains.Folded(row);
            Volatile.Write(ref _folds, _folds + 1);
        }
    }

    private void CountMerge(ReadOnlySpan<byte> key, int operandBytes)
    {
        if (_chains.Add(key, operandBytes, out var bytes) && _high.Count < HighMax)
        {
            _high.Add((key.ToArray(), bytes));
        }
    }

    private unsafe void Fill(StorageBatch batch)
    {
        foreach (var item in batch)
        {
            var family = _families[(int)item.Area];
            fixed (byte* key = item.Key, value = item.Value)
            {
                switch (item.Operation)
                {
                    case BatchOperation.Put:
                        rocksdb_writebatch_put_cf(_writeBatch, family, key, (nuint)item.Key.Length, value, (nuint)item.Value.Length);
                        break;
                    case BatchOperation.Merge or BatchOperation.MergeSettled:
                        rocksdb_writebatch_merge_cf(_writeBatch, family, key, (nuint)item.Key.Length, value, (nuint)item.Value.Length);
                        CountMerge(item.Key, item.Value.Length);
                        break;
                    case BatchOperation.Delete:
                        rocksdb_writebatch_delete_cf(_writeBatch, family, key, (nuint)item.Key.Length);
                        break;
                    case BatchOperation.DeleteRange when item.Key.SequenceCompareTo(item.Value) < 0:
                        rocksdb_writebatch_delete_range_cf(_writeBatch, family, key, (nuint)item.Key.Length, value, (nuint)item.Value.Length);
                        break;
                    case BatchOperation.DeleteRange:
                        break;
                    default:
                        throw new BrokenInvariantException($"unknown batch operation {item.Operation}");
                }
            }
        }
    }

    public void Dispose()
    {
        rocksdb_writeoptions_destroy(_syncedWrite);
        rocksdb_writeoptions_destroy(_unsyncedWrite);
        rocksdb_readoptions_destroy(_read);
        rocksdb_writebatch_destroy(_writeBatch);
    }
}
