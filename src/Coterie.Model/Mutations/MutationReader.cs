using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Mutations;

/// <summary>Walks an encoded mutation without allocating. <see cref="Validate"/> before anything of it is applied.</summary>
public ref struct MutationReader
{
    private ByteReader _reader;
    private bool _ended;

    /// <exception cref="MalformedDataException">Not a mutation, or over a limit.</exception>
    public MutationReader(ReadOnlySpan<byte> mutation)
    {
        if (mutation.Length > Limits.MutationBytesMax)
        {
            throw new MalformedDataException($"mutation of {mutation.Length} bytes; the limit is {Limits.MutationBytesMax}");
        }

        _reader = new ByteReader(mutation);
        var format = _reader.ReadByte();
        if (format != MutationWriter.Format)
        {
            throw new MalformedDataException($"mutation format {format}; this node reads {MutationWriter.Format}");
        }

        Table = new StorageId(_reader.ReadUInt32());
        Token = new Token(_reader.ReadInt64());
        Formed = new FormationTime(_reader.ReadInt64());
        PartitionKey = _reader.ReadBytes(_reader.ReadUInt16());
        if (PartitionKey.IsEmpty)
        {
            throw new MalformedDataException("mutation without a partition key");
        }
    }

    public StorageId Table { get; }

    public Token Token { get; }

    public FormationTime Formed { get; }

    public ReadOnlySpan<byte> PartitionKey { get; }

    public ReadOnlySpan<byte> EntryKey { get; private set; }

    public ReadOnlySpan<byte> Row { get; private set; }

    /// <summary>Moves to the next entry (the first, at the first call). False after the last, when nothing follows.</summary>
    /// <exception cref="MalformedDataException">What follows is not an entry and not the end.</exception>
    public bool MoveNext()
    {
        if (_ended)
        {
            return false;
        }

        EntryKey = _reader.ReadBlock(Limits.EntryKeyBytesMax, "entry key");
        if (EntryKey.IsEmpty)
        {
            _reader.ExpectEnd("the mutation");
            _ended = true;
            return false;
        }

        Row = _reader.ReadBlock(Limits.RowBytesMax, "row");
        return true;
    }

    /// <summary>Checks every entry key and every row, so that a merge can never meet an operand that it cannot read.</summary>
    /// <exception cref="MalformedDataException">Something is wrong; the message says what.</exception>
    public static void Validate(ReadOnlySpan<byte> mutation)
    {
        var reader = new MutationReader(mutation);
        if (Partitioner.TokenOf(reader.PartitionKey) != reader.Token)
        {
            throw new MalformedDataException("the token of a mutation is not that of its partition key");
        }

        var entries = 0;
        while (reader.MoveNext())
        {
            if (++entries > Limits.MutationEntriesMax)
            {
                throw new MalformedDataException($"more than {Limits.MutationEntriesMax} entries in a mutation");
            }

            ValidateEntryKey(reader.EntryKey);
            RowMerge.Validate(reader.Row);
        }

        if (entries == 0)
        {
            throw new MalformedDataException("mutation without entries");
        }
    }

    /// <summary>Checks that the bytes are the key of an entry within its partition.</summary>
    /// <exception cref="MalformedDataException">They are not.</exception>
    public static void ValidateEntryKey(ReadOnlySpan<byte> key)
    {
        switch (key.IsEmpty ? 0 : (EntryKind)key[0])
        {
            case EntryKind.Header or EntryKind.Static when key.Length == 1:
            case EntryKind.Row:
                return;
            case EntryKind.RangeTombstone:
                Keys.EntryKey.ReadRangeTombstone(key, out var start, out var end);
                if (start.SequenceCompareTo(end) >= 0)
                {
                    throw new MalformedDataException("a range tombstone ends before it starts");
                }

                return;
            default:
                throw new MalformedDataException($"entry key of {key.Length} bytes and kind 0x{(key.IsEmpty ? 0 : key[0]):X2}");
        }
    }
}
