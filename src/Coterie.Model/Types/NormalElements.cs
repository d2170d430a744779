using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>Elements of a set, or keys of a map with their values, brought into order; of equal keys the last one counts.</summary>
internal sealed class NormalElements(CqlType keyType)
{
    private readonly SortedDictionary<byte[], byte[]> _elements =
        new(Comparer<byte[]>.Create((left, right) => keyType.Compare(left, right)));

    public IEnumerable<KeyValuePair<byte[], byte[]>> InOrder => _elements;

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var normalKey = new ArrayBufferWriter<byte>();
        keyType.WriteNormal(key, normalKey);
        _elements[normalKey.WrittenSpan.ToArray()] = value.ToArray();
    }
}
