using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Schema;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>
/// The mutations of a statement or batch, one for each partition, in reused buffers. Entries added to the same partition of the same table
/// become one mutation, which is applied whole or not at all.
/// </summary>
/// <remarks>
/// Owned by one connection and used by one request at a time; after the first requests nothing is allocated. It also lends the plans the
/// buffers in which they put keys, rows and elements together.
/// </remarks>
public sealed class MutationSet
{
    // Few partitions are found faster by looking at each than by hashing.
    private const int LookThroughMax = 8;
    private const int KeptBufferBytesMax = 1024 * 1024;

    private readonly List<PartitionMutation> _mutations = [];
    private readonly Dictionary<(StorageId, Token), int> _byPartition = [];

    public int Count { get; private set; }

    /// <summary>For plans: the partition key, the entry key and the row being put together.</summary>
    internal ArrayBufferWriter<byte> PartitionKeyBuffer { get; private set; } = new(256);

    internal ArrayBufferWriter<byte> EntryKeyBuffer { get; private set; } = new(256);

    internal ArrayBufferWriter<byte> RowBuffer { get; private set; } = new(1024);

    internal ElementBuffer Elements { get; private set; } = new();

    /// <summary>Counts the list elements added since <see cref="Clear"/>: what tells apart elements of one timestamp (<see cref="Model.Rows.ListElementKey"/>).</summary>
    internal int NextListElement { get; set; }

    public TableSchema Table(int index) => Used(index).Table;

    public Token Token(int index) => Used(index).Token;

    /// <summary>The encoded mutation (<see cref="Model.Mutations.MutationWriter"/>). Valid until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Encoded(int index) => Used(index).Encoded();

    /// <summary>Adds an entry to the partition's mutation.</summary>
    /// <exception cref="CqlInvalidException">Over a limit.</exception>
    public void Add(TableSchema table, ReadOnlySpan<byte> partitionKey, FormationTime formed, ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        var token = Partitioner.TokenOf(partitionKey);
        var found = Find(table, token, partitionKey);
        if (found < 0)
        {
            found = Begin(table, token, partitionKey, formed);
        }

        _mutations[found].Add(entryKey, row);
    }

    public void Clear()
    {
        for (var i = 0; i < Count; i++)
        {
            if (!_mutations[i].Release(KeptBufferBytesMax))
            {
                _mutations[i] = new PartitionMutation();
            }
        }

        Count = 0;
        NextListElement = 0;
        _byPartition.Clear();
        if (RowBuffer.Capacity + EntryKeyBuffer.Capacity + PartitionKeyBuffer.Capacity > KeptBufferBytesMax)
        {
            (PartitionKeyBuffer, EntryKeyBuffer, RowBuffer) = (new(256), new(256), new(1024));
        }

        if (Elements.Capacity > KeptBufferBytesMax)
        {
            Elements = new ElementBuffer();
        }
    }

    private PartitionMutation Used(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _mutations[index];
    }

    private int Find(TableSchema table, Token token, ReadOnlySpan<byte> partitionKey)
    {
        if (Count <= LookThroughMax)
        {
            return FindFrom(0, table, token, partitionKey);
        }

        // Two keys of one token are found by looking on from the first.
        return _byPartition.TryGetValue((table.StorageId, token), out var first) ? FindFrom(first, table, token, partitionKey) : -1;
    }

    private int FindFrom(int first, TableSchema table, Token token, ReadOnlySpan<byte> partitionKey)
    {
        for (var i = first; i < Count; i++)
        {
            if (_mutations[i].IsOf(table, token, partitionKey))
            {
                return i;
            }
        }

        return -1;
    }

    private int Begin(TableSchema table, Token token, ReadOnlySpan<byte> partitionKey, FormationTime formed)
    {
        if (Count == _mutations.Count)
        {
            _mutations.Add(new PartitionMutation());
        }

        _mutations[Count].Begin(table, token, partitionKey, formed);
        if (Count == LookThroughMax)
        {
            for (var i = 0; i < Count; i++)
            {
                _byPartition.TryAdd((_mutations[i].Table.StorageId, _mutations[i].Token), i);
            }
        }

        if (Count >= LookThroughMax)
        {
            _byPartition.TryAdd((table.StorageId, token), Count);
        }

        return Count++;
    }
}
