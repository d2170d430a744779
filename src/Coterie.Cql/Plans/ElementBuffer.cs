using System.Buffers;
using Coterie.Model;

namespace Coterie.Cql.Plans;

/// <summary>
/// The elements that one statement writes into one collection of one row, collected in the order of the statement and then put into the
/// order of their keys, each key once: the last one given stands. Reused.
/// </summary>
internal sealed class ElementBuffer : IComparer<ElementBuffer.Element>
{
    private ArrayBufferWriter<byte> _bytes = new(512);
    private Element[] _elements = new Element[16];

    public int Count { get; private set; }

    public int Capacity => _bytes.Capacity + (_elements.Length * 32);

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Count = 0;
    }

    /// <exception cref="CqlInvalidException">The key is over the limit.</exception>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isDeletion)
    {
        if (key.Length > Limits.ElementKeyBytesMax)
        {
            throw new CqlInvalidException($"A set's element or a map's key of {key.Length} bytes is over the limit of {Limits.ElementKeyBytesMax}");
        }

        if (Count == _elements.Length)
        {
            Array.Resize(ref _elements, Count * 2);
        }

        var keyStart = _bytes.WrittenCount;
        _bytes.Write(key);
        _bytes.Write(value);
        _elements[Count] = new Element(keyStart, key.Length, value.Length, isDeletion, Count);
        Count++;
    }

    public ReadOnlySpan<byte> Key(int index) => _bytes.WrittenSpan.Slice(_elements[index].Start, _elements[index].KeyLength);

    public ReadOnlySpan<byte> Value(int index) =>
        _bytes.WrittenSpan.Slice(_elements[index].Start + _elements[index].KeyLength, _elements[index].ValueLength);

    public bool IsDeletion(int index) => _elements[index].IsDeletion;

    /// <summary>Sorts by key bytes and drops all but the last of equal keys.</summary>
    public void Normalize()
    {
        if (IsNormal())
        {
            return;
        }

        Array.Sort(_elements, 0, Count, this);
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (i + 1 == Count || !Key(i).SequenceEqual(Key(i + 1)))
            {
                _elements[kept++] = _elements[i];
            }
        }

        Count = kept;
    }

    /// <summary>Most come so: and Array.Sort allocates.</summary>
    private bool IsNormal()
    {
        for (var i = 1; i < Count; i++)
        {
            if (Key(i - 1).SequenceCompareTo(Key(i)) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    int IComparer<Element>.Compare(Element x, Element y)
    {
        var bytes = _bytes.WrittenSpan;
        var byKey = bytes.Slice(x.Start, x.KeyLength).SequenceCompareTo(bytes.Slice(y.Start, y.KeyLength));
        return byKey != 0 ? byKey : x.Order.CompareTo(y.Order);
    }

    internal readonly record struct Element(int Start, int KeyLength, int ValueLength, bool IsDeletion, int Order);
}
