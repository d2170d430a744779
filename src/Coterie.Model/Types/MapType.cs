using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>Values under distinct keys, in the order of the keys' type. Not frozen, each is a cell under its key.</summary>
public sealed class MapType(CqlType key, CqlType value, bool frozen) : CollectionType(NameOf("map", key, value), 0x0021, frozen)
{
    public CqlType Key { get; } = AsElement(key);

    public CqlType Value { get; } = AsElement(value);

    public override bool AllowedInKey => Frozen && Key.AllowedInKey && Value.AllowedInKey;

    public override bool HasNormalForm => true;

    internal override int Width => 2;

    public override CollectionType AsFrozen() => Frozen ? this : new MapType(Key, Value, true);

    public override void WriteOption(IBufferWriter<byte> destination)
    {
        base.WriteOption(destination);
        Key.WriteOption(destination);
        Value.WriteOption(destination);
    }

    public override void WriteNormal(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        var sorted = new NormalElements(Key);
        var reader = new CollectionReader(value, Width);
        while (reader.MoveNext())
        {
            var key = reader.Current;
            reader.MoveNext();
            var normalValue = new ArrayBufferWriter<byte>();
            Value.WriteNormal(reader.Current, normalValue);
            sorted.Put(key, normalValue.WrittenSpan);
        }

        var normal = new CollectionWriter(Width);
        foreach (var (key, mapped) in sorted.InOrder)
        {
            normal.Add(key);
            normal.Add(mapped);
        }

        normal.CopyTo(destination);
    }

    internal override CqlType PartType(int index) => index % 2 == 0 ? Key : Value;
}
