using System.IO.Hashing;
using Coterie.Model.Rows;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>One thing that a statement does to a collection.</summary>
internal abstract class CollectionOperation
{
    public virtual bool NeedsPrior => false;

    /// <summary>Adds elements. Returns the deletion of the whole collection that goes with them, or none.</summary>
    public abstract Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context);

    /// <summary>The elements of a collection value, as the cells that they become.</summary>
    private protected static void AddAll(
        ElementBuffer elements, CqlType type, ReadOnlySpan<byte> collection, bool prepend, scoped in RowWriteContext context)
    {
        var reader = new CollectionReader(collection, CollectionBytes.Width(type));
        Span<byte> listKey = stackalloc byte[ListElementKey.Bytes];
        var place = context.Mutations.NextListElement;
        context.Mutations.NextListElement += type is ListType ? reader.Count : 0;
        for (var i = 0; reader.MoveNext(); i++)
        {
            var first = reader.Current;
            switch (type)
            {
                case ListType:
                    // What is prepended later stands first, but the elements of one value keep their order.
                    ListElementKey.Write(
                        listKey, prepend, context.Stamp.Timestamp, prepend ? place + reader.Count - 1 - i : place + i, (uint)XxHash3.HashToUInt64(first));
                    elements.Add(listKey, first, isDeletion: false);
                    break;
                case SetType:
                    elements.Add(first, [], isDeletion: false);
                    break;
                default:
                    reader.MoveNext();
                    elements.Add(first, reader.Current, isDeletion: false);
                    break;
            }
        }
    }
}

/// <summary>c = value: everything before is deleted, the elements are added. Null: deleted only.</summary>
internal sealed class ReplaceCollection(BoundTerm value) : CollectionOperation
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        var state = value.Evaluate(context.Execution, out var bytes);
        if (state == ValueState.Set)
        {
            AddAll(elements, value.Type, bytes, prepend: false, context);
        }

        return state == ValueState.Unset ? Deletion.None : context.Stamp.DeletionBefore;
    }
}

/// <summary>c = c + value; of a list also c = value + c.</summary>
internal sealed class AddToCollection(BoundTerm value, bool prepend) : CollectionOperation
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        if (value.Evaluate(context.Execution, out var bytes) == ValueState.Set)
        {
            AddAll(elements, value.Type, bytes, prepend, context);
        }

        return Deletion.None;
    }
}

/// <summary>c = c − {keys} of a set or map.</summary>
internal sealed class RemoveKeys(BoundTerm keys) : CollectionOperation
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        if (keys.Evaluate(context.Execution, out var bytes) == ValueState.Set)
        {
            var reader = new CollectionReader(bytes, 1);
            while (reader.MoveNext())
            {
                elements.Add(reader.Current, [], isDeletion: true);
            }
        }

        return Deletion.None;
    }
}

/// <summary>m[key] = value, or DELETE m[key], DELETE s[key] (no value).</summary>
internal sealed class PutElement(string column, BoundTerm key, BoundTerm? value) : CollectionOperation
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        var keyState = key.Evaluate(context.Execution, out var keyBytes);
        if (keyState != ValueState.Set)
        {
            throw new CqlInvalidException($"Invalid {(keyState == ValueState.Null ? "null" : "unset")} key of an element of {column}");
        }

        ReadOnlySpan<byte> valueBytes = default;
        var state = value is null ? ValueState.Null : value.Evaluate(context.Execution, out valueBytes);
        if (state != ValueState.Unset)
        {
            elements.Add(keyBytes, valueBytes, isDeletion: state == ValueState.Null);
        }

        return Deletion.None;
    }
}

/// <summary>DELETE c.</summary>
internal sealed class ClearCollection : CollectionOperation
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context) => context.Stamp.Deletion;
}
