using System.Buffers;

namespace Coterie.Model.Pooling;

/// <summary>
/// A growing buffer with one owner, over arrays of the shared pool. Kept by pooled objects from one use to the next:
/// <see cref="Clear"/> empties it and gives back an array that one large message has made too big to keep.
/// </summary>
public sealed class PooledBuffer : IBufferWriter<byte>
{
    private const int KeptBytesMax = 64 * 1024;

    private byte[] _array = [];
    private int _written;

    public int Length => _written;

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, _written);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, _written);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _written));
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(_written);
    }

    /// <summary>Forgets what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_written);
        _written = length;
    }

    public void Clear()
    {
        _written = 0;
        if (_array.Length > KeptBytesMax)
        {
            Release();
        }
    }

    /// <summary>Gives the array back. Not required: an array that is never given back is left to the collector.</summary>
    public void Release()
    {
        var array = _array;
        _array = [];
        _written = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Reserve(int more)
    {
        if (_array.Length - _written >= more)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_written + more), Math.Max(256, _array.Length * 2)));
        _array.AsSpan(0, _written).CopyTo(larger);
        var smaller = _array;
        _array = larger;
        if (smaller.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(smaller);
        }
    }
}
