using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>Distinct elements in the order of their type. Not frozen, each is the key of a cell without a value.</summary>
public sealed class SetType(CqlType element, bool frozen) : CollectionType(NameOf("set", element), 0x0022, frozen)
{
    public CqlType Element { get; } = AsElement(element);

    public override bool AllowedInKey => Frozen && Element.AllowedInKey;

    public override bool HasNormalForm => true;

    internal override int Width => 1;

    public override CollectionType AsFrozen() => Frozen ? this : new SetType(Element, true);

    public override void WriteOption(IBufferWriter<byte> destination)
    {
        base.WriteOption(destination);
        Element.WriteOption(destination);
    }

    public override void WriteNormal(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var sorted = new NormalElements(Element);
        var reader = new CollectionReader(value, Width);
        while (reader.MoveNext())
        {
            sorted.Put(reader.Current, []);
        }

        var normal = new CollectionWriter(Width);
        foreach (var (element, _) in sorted.InOrder)
        {
            normal.Add(element);
        }

        normal.CopyTo(destination);
    }

    internal override CqlType PartType(int index) => Element;
}
