using System.Buffers;
using Coterie.Model.Keys;

namespace Coterie.Model.Types;

/// <summary>
/// list, set and map. On the wire (native protocol v4 §6.11 to §6.13): a count, then each element with its length, all as 32-bit integers. Nulls
/// inside are refused, as in Cassandra. In a key: each element (of a map: key, then value) as a value of its own, then 0x00.
/// </summary>
public abstract class CollectionType : CqlType
{
    private protected CollectionType(string name, ushort optionId, bool frozen)
    {
        CqlName = frozen ? $"frozen<{name}>" : name;
        OptionId = optionId;
        Frozen = frozen;
    }

    public bool Frozen { get; }

    public sealed override string CqlName { get; }

    public sealed override ushort OptionId { get; }

    public sealed override bool IsMultiCell => !Frozen;

    public sealed override bool AllowsEmpty => false;

    /// <summary>The type with its elements inside one cell; itself if it is so already.</summary>
    public abstract CollectionType AsFrozen();

    /// <summary>How many values make one element: two for a map.</summary>
    internal abstract int Width { get; }

    /// <summary>The type of the value at this index, which counts keys and values of a map alternately.</summary>
    internal abstract CqlType PartType(int index);

    public sealed override void Validate(ReadOnlySpan<byte> value)
    {
        var reader = new CollectionReader(value, Width);
        for (var i = 0; reader.MoveNext(); i++)
        {
            PartType(i).Validate(reader.Current);
        }
    }

    public sealed override int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var leftReader = new CollectionReader(left, Width);
        var rightReader = new CollectionReader(right, Width);
        for (var i = 0; ; i++)
        {
            var more = leftReader.MoveNext();
            if (!rightReader.MoveNext() || !more)
            {
                return leftReader.Count.CompareTo(rightReader.Count);
            }

            var order = PartType(i).Compare(leftReader.Current, rightReader.Current);
            if (order != 0)
            {
                return order;
            }
        }
    }

    public sealed override void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        Check.Request(AllowedInKey);
        var reader = new CollectionReader(value, Width);
        for (var i = 0; reader.MoveNext(); i++)
        {
            OrderedValue.Write(PartType(i), reader.Current, destination);
        }

        destination.Write([OrderedValue.End]);
    }

    public sealed override int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        var parts = new CollectionWriter(Width);
        var rest = source;
        for (var i = 0; ; i++)
        {
            if (i % Width == 0 && !rest.IsEmpty && rest[0] == OrderedValue.End)
            {
                parts.CopyTo(destination);
                return source.Length - rest.Length + 1;
            }

            rest = rest[OrderedValue.Read(PartType(i), rest, parts.Next())..];
            parts.End();
        }
    }

    private protected static string NameOf(string name, CqlType first, CqlType? second = null) =>
        second is null ? $"{name}<{first.CqlName}>" : $"{name}<{first.CqlName}, {second.CqlName}>";

    /// <summary>An element cannot be a cell of its own and hold cells of its own.</summary>
    private protected static CqlType AsElement(CqlType type)
    {
        Check.Request(!type.IsMultiCell, $"{type.CqlName} inside a collection is not frozen");
        return type;
    }
}
