using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>Elements in an order of their own, given by whoever writes. Not frozen, each is a cell under a time-based key.</summary>
public sealed class ListType(CqlType element, bool frozen) : CollectionType(NameOf("list", element), 0x0020, frozen)
{
    public CqlType Element { get; } = AsElement(element);

    public override bool AllowedInKey => Frozen && Element.AllowedInKey;

    public override bool HasNormalForm => Element.HasNormalForm;

    internal override int Width => 1;

    public override CollectionType AsFrozen() => Frozen ? this : new ListType(Element, true);

    public override void WriteOption(IBufferWriter<byte> destination)
    {
        base.WriteOption(destination);
        Element.WriteOption(destination);
    }

    public override void WriteNormal(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var normal = new CollectionWriter(Width);
        var reader = new CollectionReader(value, Width);
        while (reader.MoveNext())
        {
            Element.WriteNormal(reader.Current, normal.Next());
            normal.End();
        }

        normal.CopyTo(destination);
    }

    internal override CqlType PartType(int index) => Element;
}
