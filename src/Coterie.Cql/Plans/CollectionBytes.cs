using System.Buffers;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>What is to know about collections' wire bytes here.</summary>
internal static class CollectionBytes
{
    /// <summary>Values an element: 2 for a map.</summary>
    public static int Width(CqlType type) => type is MapType ? 2 : 1;

    /// <summary>Elements become keys of cells by their bytes; whatever holds a frozen set or map must first be put in its one form.</summary>
    public static bool MustBeNormalized(CqlType type) => type switch
    {
        ListType { Frozen: false } list => list.Element.HasNormalForm,
        SetType { Frozen: false } set => set.Element.HasNormalForm,
        MapType { Frozen: false } map => map.Key.HasNormalForm || map.Value.HasNormalForm,
        _ => type.HasNormalForm,
    };

    public static byte[] Normalize(CqlType type, ReadOnlySpan<byte> value)
    {
        var normal = new ArrayBufferWriter<byte>(value.Length);
        type.WriteNormal(value, normal);
        return normal.WrittenSpan.ToArray();
    }
}
