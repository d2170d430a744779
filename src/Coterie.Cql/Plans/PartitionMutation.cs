using System.Buffers;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Schema;
using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>One partition's mutation, written as it comes. Reused.</summary>
internal sealed class PartitionMutation
{
    // The byte that ends a mutation, and more than the lengths of one entry take.
    private const int OverheadMax = 32;

    private readonly ArrayBufferWriter<byte> _encoded = new(512);
    private readonly ArrayBufferWriter<byte> _partitionKey = new(64);
    private TableSchema? _table;
    private int _entries;
    private bool _finished;

    public TableSchema Table => _table!;

    public Token Token { get; private set; }

    public bool IsOf(TableSchema table, Token token, ReadOnlySpan<byte> partitionKey) =>
        Token == token && Table.StorageId == table.StorageId && _partitionKey.WrittenSpan.SequenceEqual(partitionKey);

    public void Begin(TableSchema table, Token token, ReadOnlySpan<byte> partitionKey, FormationTime formed)
    {
        _table = table;
        Token = token;
        _entries = 0;
        _finished = false;
        _partitionKey.ResetWrittenCount();
        _partitionKey.Write(partitionKey);
        _encoded.ResetWrittenCount();
        _ = new MutationWriter(_encoded, table.StorageId, token, formed, partitionKey);
    }

    public void Add(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        Check.Request(!_finished);
        if (row.Length > Limits.RowBytesMax)
        {
            throw new CqlInvalidException($"A row of {row.Length} bytes is over the limit of {Limits.RowBytesMax}");
        }

        if (_encoded.WrittenCount + entryKey.Length + row.Length + OverheadMax > Limits.MutationBytesMax)
        {
            throw new CqlInvalidException($"The writes to one partition are over the limit of {Limits.MutationBytesMax} bytes");
        }

        if (++_entries > Limits.MutationEntriesMax)
        {
            throw new CqlInvalidException($"The writes to one partition are over the limit of {Limits.MutationEntriesMax} rows");
        }

        MutationWriter.Resume(_encoded).Entry(entryKey, row);
    }

    public ReadOnlyMemory<byte> Encoded()
    {
        if (!_finished)
        {
            MutationWriter.Resume(_encoded).Finish();
            _finished = true;
        }

        return _encoded.WrittenMemory;
    }

    /// <summary>Lets go of the table. False: the buffers have grown over what is worth keeping.</summary>
    public bool Release(int bytesMax)
    {
        _table = null;
        return _encoded.Capacity <= bytesMax;
    }
}
