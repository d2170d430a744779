using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Keys;
using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Cql.Plans;

/// <summary>One end of a range of clustering values, in the order of values: of one column, or of several compared as a tuple.</summary>
internal sealed record ClusteringBound(ImmutableArray<BoundTerm> Values, bool Inclusive);

/// <summary>
/// Which rows of a partition: values for the first clustering columns, then at most one range. So it is always a few slices of the entry
/// keys; whatever is not was refused when the statement was bound.
/// </summary>
internal sealed class ClusteringFilter
{
    private readonly ImmutableArray<ColumnSchema> _columns;
    private readonly ImmutableArray<KeyPart> _prefix;

    // In the order of entry keys, which for a descending column is against that of values.
    private readonly ClusteringBound? _first;
    private readonly ClusteringBound? _last;

    public ClusteringFilter(ImmutableArray<ColumnSchema> columns, ImmutableArray<KeyPart> prefix, ClusteringBound? lower, ClusteringBound? upper)
    {
        _columns = columns;
        _prefix = prefix;
        var descending = prefix.Length < columns.Length && columns[prefix.Length].Descending;
        (_first, _last) = descending ? (upper, lower) : (lower, upper);
        IsSingleRow = prefix.Length == columns.Length && prefix.All(p => p.IsSingle);
    }

    /// <summary>The filter of a table without restrictions on clustering columns.</summary>
    public static ClusteringFilter All(TableSchema table) => new(table.Clustering, [], null, null);

    /// <summary>Nothing is restricted: whole partitions. In a table without clustering columns a partition is its one row.</summary>
    public bool IsEmpty => _prefix.IsEmpty && !HasRange;

    public bool HasRange => _first is not null || _last is not null;

    /// <summary>Every column has values: rows, not ranges.</summary>
    public bool IsRows => _prefix.Length == _columns.Length;

    /// <summary>Every column has exactly one value.</summary>
    public bool IsSingleRow { get; }

    /// <summary>Writes the entry key of a filter that <see cref="IsSingleRow"/>.</summary>
    public void WriteRowKey(scoped in TermContext context, IBufferWriter<byte> destination)
    {
        EntryKey.BeginRow(destination);
        var length = 0;
        foreach (var part in _prefix)
        {
            var value = part.Value(context);
            CheckLength(length += value.Length);
            EntryKey.WriteClustering(part.Column, value, destination);
        }
    }

    /// <summary>The entry keys of a filter that <see cref="IsRows"/> (else: of its prefixes), in their order, each once.</summary>
    public List<byte[]> RowKeys(scoped in TermContext context)
    {
        var keys = new List<byte[]>();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var combination in KeyCombinations.Of(_prefix, context))
        {
            buffer.ResetWrittenCount();
            EntryKey.BeginRow(buffer);
            var length = 0;
            for (var i = 0; i < combination.Length; i++)
            {
                CheckLength(length += combination[i].Length);
                EntryKey.WriteClustering(_columns[i], combination[i], buffer);
            }

            keys.Add(buffer.WrittenSpan.ToArray());
        }

        keys.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        for (var i = keys.Count - 1; i > 0; i--)
        {
            // Different bytes of one varint are one key.
            if (keys[i].AsSpan().SequenceEqual(keys[i - 1]))
            {
                keys.RemoveAt(i);
            }
        }

        return keys;
    }

    /// <summary>The slices in the order of entry keys, none of them empty; none at all if nothing can match.</summary>
    public List<RowSlice> Slices(scoped in TermContext context)
    {
        var slices = new List<RowSlice>();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var prefix in RowKeys(context))
        {
            byte[] start, end;
            if (IsRows)
            {
                (start, end) = (prefix, [.. prefix, 0x00]);
            }
            else
            {
                start = Bound(prefix, _first, after: _first is { Inclusive: false }, context, buffer);
                end = Bound(prefix, _last, after: _last is not { Inclusive: false }, context, buffer);
            }

            if (start.AsSpan().SequenceCompareTo(end) < 0)
            {
                slices.Add(new RowSlice(start, end));
            }
        }

        return slices;
    }

    private byte[] Bound(
        byte[] prefix, ClusteringBound? bound, bool after, scoped in TermContext context, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        buffer.Write(prefix);
        var length = prefix.Length;
        for (var i = 0; i < (bound?.Values.Length ?? 0); i++)
        {
            var column = _columns[_prefix.Length + i];
            var state = bound!.Values[i].Evaluate(context, out var value);
            if (state != ValueState.Set)
            {
                throw new CqlInvalidException(state == ValueState.Null
                    ? $"Invalid null value in condition for column {column.Name}"
                    : $"Invalid unset value for column {column.Name}");
            }

            CheckLength(length += value.Length);
            EntryKey.WriteClustering(column, value, buffer);
        }

        EntryKey.EndBound(after, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void CheckLength(int length)
    {
        if (length > Limits.ClusteringKeyBytesMax)
        {
            throw new CqlInvalidException($"Clustering key length of {length} is longer than maximum of {Limits.ClusteringKeyBytesMax}");
        }
    }
}
