using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Storage;

public enum BatchOperation : byte
{
    Put = 1,

    /// <summary>Joins the value with what is there, by the one merge of the model. <see cref="StorageArea.Data"/> only.</summary>
    Merge = 2,
    Delete = 3,

    /// <summary>Removes keys from <c>key</c> up to, not including, <c>value</c>.</summary>
    DeleteRange = 4,
}

/// <summary>
/// Operations that become durable together, in order, in one reusable buffer. Filled by the writer loop, read by the engine.
/// </summary>
public sealed class StorageBatch
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    public int Count { get; private set; }

    public int Bytes => _buffer.WrittenCount;

    public void Put(StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Append(BatchOperation.Put, area, key, value);

    public void Merge(StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Append(BatchOperation.Merge, area, key, value);

    public void Delete(StorageArea area, ReadOnlySpan<byte> key) => Append(BatchOperation.Delete, area, key, []);

    public void DeleteRange(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) => Append(BatchOperation.DeleteRange, area, lower, upper);

    public void Clear()
    {
        _buffer.ResetWrittenCount();
        Count = 0;
    }

    public Enumerator GetEnumerator() => new(_buffer.WrittenSpan);

    private void Append(BatchOperation operation, StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var span = _buffer.GetSpan(10 + key.Length + value.Length);
        span[0] = (byte)operation;
        span[1] = (byte)area;
        BinaryPrimitives.WriteInt32LittleEndian(span[2..], key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[6..], value.Length);
        key.CopyTo(span[10..]);
        value.CopyTo(span[(10 + key.Length)..]);
        _buffer.Advance(10 + key.Length + value.Length);
        Count++;
    }

    /// <summary>Walks the operations in the order in which they were added.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> buffer) => _rest = buffer;

        public Item Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var keyLength = BinaryPrimitives.ReadInt32LittleEndian(_rest[2..]);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(_rest[6..]);
            Current = new Item((BatchOperation)_rest[0], (StorageArea)_rest[1], _rest.Slice(10, keyLength), _rest.Slice(10 + keyLength, valueLength));
            _rest = _rest[(10 + keyLength + valueLength)..];
            return true;
        }
    }

    public readonly ref struct Item(BatchOperation operation, StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        public BatchOperation Operation { get; } = operation;

        public StorageArea Area { get; } = area;

        public ReadOnlySpan<byte> Key { get; } = key;

        public ReadOnlySpan<byte> Value { get; } = value;
    }
}
