using System.Buffers.Binary;
using Coterie.Model.Rows;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>What can be done to a list only by one who has read it: an index and a value say nothing of an element's key.</summary>
internal abstract class ListOperation(ColumnSchema column) : CollectionOperation
{
    private protected ColumnSchema Column { get; } = column;

    public sealed override bool NeedsPrior => true;

    /// <summary>Goes to the first element of the column in the row that was read; false if it has none.</summary>
    private protected bool Find(scoped ref RowReader reader)
    {
        while (reader.MoveNext())
        {
            if (reader.Part == RowPart.Collection && reader.Column == Column.Id)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>l[index] = value, or DELETE l[index] (no value).</summary>
internal sealed class PutAtIndex(ColumnSchema column, BoundTerm index, BoundTerm? value) : ListOperation(column)
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        if (index.Evaluate(context.Execution, out var indexBytes) != ValueState.Set || indexBytes.Length != sizeof(int))
        {
            throw new CqlInvalidException($"Invalid null or unset index into list {Column.Name}");
        }

        ReadOnlySpan<byte> valueBytes = default;
        var state = value is null ? ValueState.Null : value.Evaluate(context.Execution, out valueBytes);
        if (state == ValueState.Unset)
        {
            return Deletion.None;
        }

        var key = KeyAt(BinaryPrimitives.ReadInt32BigEndian(indexBytes), context);
        elements.Add(key, valueBytes, isDeletion: state == ValueState.Null);
        return Deletion.None;
    }

    private ReadOnlySpan<byte> KeyAt(int index, scoped in RowWriteContext context)
    {
        var size = 0;
        if (!context.Prior.IsEmpty)
        {
            var reader = new RowReader(context.Prior);
            var inside = Find(ref reader);
            while (inside && reader.MoveNext() && reader.Part == RowPart.Element)
            {
                if (reader.Cell.IsLive(context.Stamp.NowSeconds) && size++ == index)
                {
                    return reader.ElementKey.ToArray();
                }
            }
        }

        throw new CqlInvalidException(size == 0
            ? $"Attempted to set or delete an element of list {Column.Name}, which is null"
            : $"List index {index} out of bound, list {Column.Name} has size {size}");
    }
}

/// <summary>l = l − [values]: every element that equals one of them.</summary>
internal sealed class RemoveValues(ColumnSchema column, BoundTerm values) : ListOperation(column)
{
    public override Deletion Apply(ElementBuffer elements, scoped in RowWriteContext context)
    {
        if (values.Evaluate(context.Execution, out var bytes) != ValueState.Set || context.Prior.IsEmpty)
        {
            return Deletion.None;
        }

        var reader = new RowReader(context.Prior);
        var inside = Find(ref reader);
        while (inside && reader.MoveNext() && reader.Part == RowPart.Element)
        {
            if (reader.Cell.IsLive(context.Stamp.NowSeconds) && IsAmong(bytes, reader.Cell.Value))
            {
                elements.Add(reader.ElementKey, [], isDeletion: true);
            }
        }

        return Deletion.None;
    }

    private static bool IsAmong(ReadOnlySpan<byte> list, ReadOnlySpan<byte> value)
    {
        var reader = new CollectionReader(list, 1);
        while (reader.MoveNext())
        {
            if (reader.Current.SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }
}
