using System.Runtime.InteropServices;
using static Coterie.Storage.Rocks.RocksNative;

namespace Coterie.Storage.Rocks;

/// <summary>A native iterator between two bounds. Its view is of the moment when it was made; it keeps the database open until it is disposed.</summary>
internal sealed unsafe class RocksCursor : IStorageCursor
{
    private readonly ReaderGate _gate;
    private readonly Func<string, Exception> _failure;
    private readonly bool _reverse;
    private readonly nint _options;
    private readonly nint _iterator;

    // The native iterator reads the bounds as long as it lives.
    private byte* _bounds;
    private bool _positioned;

    /// <summary>The caller has entered the gate; the cursor leaves it.</summary>
    public RocksCursor(
        ReaderGate gate, Func<string, Exception> failure, nint db, nint family, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool reverse)
    {
        _gate = gate;
        _failure = failure;
        _reverse = reverse;
        _bounds = (byte*)NativeMemory.Alloc((nuint)(lower.Length + upper.Length + 1));
        lower.CopyTo(new Span<byte>(_bounds, lower.Length));
        upper.CopyTo(new Span<byte>(_bounds + lower.Length, upper.Length));
        _options = rocksdb_readoptions_create();
        rocksdb_readoptions_set_iterate_lower_bound(_options, _bounds, (nuint)lower.Length);
        rocksdb_readoptions_set_iterate_upper_bound(_options, _bounds + lower.Length, (nuint)upper.Length);
        _iterator = rocksdb_create_iterator_cf(db, _options, family);
    }

    // Only for a cursor that was never disposed: without this its gate would stay occupied and the store could not close.
    ~RocksCursor() => Release();

    public ReadOnlySpan<byte> Key
    {
        get
        {
            nuint length;
            var key = rocksdb_iter_key(Valid(), &length);
            return new ReadOnlySpan<byte>(key, checked((int)length));
        }
    }

    public ReadOnlySpan<byte> Value
    {
        get
        {
            nuint length;
            var value = rocksdb_iter_value(Valid(), &length);
            return new ReadOnlySpan<byte>(value, checked((int)length));
        }
    }

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_bounds is null, this);
        if (!_positioned)
        {
            _positioned = true;
            First();
        }
        else if (rocksdb_iter_valid(_iterator) == 0)
        {
            return false;
        }
        else if (_reverse)
        {
            rocksdb_iter_prev(_iterator);
        }
        else
        {
            rocksdb_iter_next(_iterator);
        }

        return rocksdb_iter_valid(_iterator) != 0 || EndOrError();
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Release();
    }

    private void First()
    {
        if (_reverse)
        {
            rocksdb_iter_seek_to_last(_iterator);
        }
        else
        {
            rocksdb_iter_seek_to_first(_iterator);
        }
    }

    // An iterator that has met damage looks like one at its end: only its status tells them apart.
    private bool EndOrError()
    {
        byte* error = null;
        rocksdb_iter_get_error(_iterator, &error);
        var status = TakeError(error);
        return status is null ? false : throw _failure(status);
    }

    private nint Valid()
    {
        ObjectDisposedException.ThrowIf(_bounds is null, this);
        return _positioned && rocksdb_iter_valid(_iterator) != 0 ? _iterator : throw new InvalidOperationException("The cursor is not at an entry.");
    }

    private void Release()
    {
        if (_bounds is not null)
        {
            rocksdb_iter_destroy(_iterator);
            rocksdb_readoptions_destroy(_options);
            NativeMemory.Free(_bounds);
            _bounds = null;
            _gate.Leave();
        }
    }
}
