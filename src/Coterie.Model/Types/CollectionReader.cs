using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>Walks the wire value of a collection without allocating; of a map, keys and values alternately.</summary>
public ref struct CollectionReader
{
    private readonly int _values;
    private ReadOnlySpan<byte> _rest;
    private int _read;

    /// <param name="width">Values an element: 2 for a map, else 1.</param>
    /// <exception cref="MalformedDataException">The count is a lie or over the limit.</exception>
    public CollectionReader(ReadOnlySpan<byte> value, int width)
    {
        if (value.Length < sizeof(int))
        {
            throw new MalformedDataException("A collection is too short for its count.");
        }

        Count = BinaryPrimitives.ReadInt32BigEndian(value);
        _rest = value[sizeof(int)..];
        if (Count < 0 || Count > Limits.CollectionElementsMax || (long)Count * width * sizeof(int) > _rest.Length)
        {
            throw new MalformedDataException($"A collection of {value.Length} bytes cannot have {Count} elements.");
        }

        _values = Count * width;
    }

    /// <summary>Elements; pairs, for a map.</summary>
    public int Count { get; }

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <exception cref="MalformedDataException">A length is a lie, an element is null, or bytes are left over.</exception>
    public bool MoveNext()
    {
        if (_read == _values)
        {
            return _rest.IsEmpty ? false : throw new MalformedDataException($"A collection has {_rest.Length} bytes too many.");
        }

        if (_rest.Length < sizeof(int))
        {
            throw new MalformedDataException("A collection ends too early.");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_rest);
        if (length < 0 || length > _rest.Length - sizeof(int))
        {
            throw new MalformedDataException(length < 0 ? "A collection has a null inside." : "An element of a collection ends too early.");
        }

        Current = _rest.Slice(sizeof(int), length);
        _rest = _rest[(sizeof(int) + length)..];
        _read++;
        return true;
    }
}
