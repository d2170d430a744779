using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>Puts a collection's wire value together: <see cref="Next"/>, write the element, <see cref="End"/>; at last <see cref="CopyTo"/>.</summary>
public sealed class CollectionWriter
{
    private readonly int _width;
    private readonly ArrayBufferWriter<byte> _values = new();
    private readonly ArrayBufferWriter<byte> _current = new();
    private int _count;

    /// <param name="width">Values an element: 2 for a map, else 1.</param>
    public CollectionWriter(int width) => _width = width;

    /// <summary>Where the next value's bytes go.</summary>
    public IBufferWriter<byte> Next()
    {
        _current.ResetWrittenCount();
        return _current;
    }

    /// <exception cref="MalformedDataException">Too many elements.</exception>
    public void End() => Add(_current.WrittenSpan);

    /// <exception cref="MalformedDataException">Too many elements.</exception>
    public void Add(ReadOnlySpan<byte> value)
    {
        if (++_count > Limits.CollectionElementsMax * _width)
        {
            throw new MalformedDataException($"A collection has over {Limits.CollectionElementsMax} elements.");
        }

        BinaryPrimitives.WriteInt32BigEndian(_values.GetSpan(sizeof(int)), value.Length);
        _values.Advance(sizeof(int));
        _values.Write(value);
    }

    public void CopyTo(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), _count / _width);
        destination.Advance(sizeof(int));
        destination.Write(_values.WrittenSpan);
    }
}
