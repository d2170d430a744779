using System.Buffers.Binary;
using Coterie.Model;

namespace Coterie.Storage;

public enum BatchOperation : byte
{
    Put = 1,

    /// <summary>Joins the value with what is there, by the one merge of the model. <see cref="StorageArea.Data"/> only.</summary>
    Merge = 2,
    Delete = 3,

    /// <summary>Removes keys from <c>key</c> up to, not including, <c>value</c>.</summary>
    DeleteRange = 4,

    /// <summary><see cref="Merge"/> of what another replica has had for a while: nobody need wait for it to be everywhere.</summary>
    MergeSettled = 5,
}

/// <summary>
/// Operations that become durable together, in order, in one reusable buffer. Filled by the writer loop, read by the engine.
/// </summary>
public sealed class StorageBatch
{
    // Operation, area, length of the key, length of the value.
    private const int HeaderBytes = 1 + 1 + 4 + 4;
    private const int InitialBytes = 64 * 1024;

    private byte[] _buffer;
    private long? _oldestFormed;

    public StorageBatch()
        : this(new byte[InitialBytes])
    {
    }

    private StorageBatch(byte[] buffer) => _buffer = buffer;

    public int Count { get; private set; }

    public int Bytes { get; private set; }

    /// <summary>
    /// Its commit waits for the disk. Otherwise the commit ends when the death of the process can take nothing of it any more; that of the machine can, until a
    /// later batch is synced. Said by the writer; true unless it says otherwise.
    /// </summary>
    public bool IsSynced { get; set; } = true;

    /// <summary>Something in it must be synced before anybody is told of it, whatever the writer's mode: the node's own state, or what asked for it.</summary>
    public bool MustBeSynced { get; private set; }

    /// <summary>
    /// Nothing in it that could be swept one day was formed, or expires, before this; <see cref="long.MinValue"/> if nobody has said so.
    /// </summary>
    public long OldestFormed => _oldestFormed ?? long.MinValue;

    /// <summary>Says of the rows that are being added that nothing in them was formed, or expires, before this time (milliseconds).</summary>
    public void NoteFormed(long milliseconds) => _oldestFormed = Math.Min(_oldestFormed ?? long.MaxValue, milliseconds);

    public void Put(StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Append(BatchOperation.Put, area, key, value);

    /// <summary>For what is promised to others whatever the writer's mode. What is put into <see cref="StorageArea.Local"/> need not ask.</summary>
    public void RequireSync() => MustBeSynced = true;

    public void Merge(StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Check.Request(area == StorageArea.Data);
        Append(BatchOperation.Merge, area, key, value);
    }

    /// <summary>As <see cref="Merge"/>, of what another replica has had for a while: it does not count as written a moment ago.</summary>
    public void MergeSettled(StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Check.Request(area == StorageArea.Data);
        Append(BatchOperation.MergeSettled, area, key, value);
    }

    public void Delete(StorageArea area, ReadOnlySpan<byte> key) => Append(BatchOperation.Delete, area, key, []);

    public void DeleteRange(StorageArea area, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) => Append(BatchOperation.DeleteRange, area, lower, upper);

    public void Clear()
    {
        Count = 0;
        Bytes = 0;
        _oldestFormed = null;
        IsSynced = true;
        MustBeSynced = false;
    }

    public Enumerator GetEnumerator() => new(_buffer.AsSpan(0, Bytes));

    /// <summary>The operations that were added after the batch had this many bytes.</summary>
    internal Suffix From(int bytes) => new(_buffer.AsSpan(bytes, Bytes - bytes));

    /// <summary>Takes back what was added after the batch had this many operations and bytes.</summary>
    internal void Rewind(int count, int bytes)
    {
        Check.That(count <= Count && bytes <= Bytes);
        Count = count;
        Bytes = bytes;
    }

    internal StorageBatch Copy() => new(_buffer.AsSpan(0, Bytes).ToArray()) { Count = Count, Bytes = Bytes };

    private void Append(BatchOperation operation, StorageArea area, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var end = checked(Bytes + HeaderBytes + key.Length + value.Length);
        if (end > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(end, checked(_buffer.Length * 2)));
        }

        var span = _buffer.AsSpan(Bytes);
        span[0] = (byte)operation;
        span[1] = (byte)area;
        BinaryPrimitives.WriteInt32LittleEndian(span[2..], key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[6..], value.Length);
        key.CopyTo(span[HeaderBytes..]);
        value.CopyTo(span[(HeaderBytes + key.Length)..]);
        Bytes = end;
        Count++;
        MustBeSynced |= area == StorageArea.Local;
    }

    internal readonly ref struct Suffix(ReadOnlySpan<byte> operations)
    {
        private readonly ReadOnlySpan<byte> _operations = operations;

        public Enumerator GetEnumerator() => new(_operations);
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
            var valueStart = HeaderBytes + keyLength;
            Current = new Item((BatchOperation)_rest[0], (StorageArea)_rest[1], _rest[HeaderBytes..valueStart], _rest.Slice(valueStart, valueLength));
            _rest = _rest[(valueStart + valueLength)..];
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
