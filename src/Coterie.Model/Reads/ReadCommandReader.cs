using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>
/// An encoded <see cref="ReadCommand"/> as the replica uses it: checked whole when constructed, read in place, without allocating.
/// </summary>
public ref struct ReadCommandReader
{
    private readonly ReadOnlySpan<byte> _source;
    private readonly int _slicesAt;
    private ByteReader _slices;
    private int _slicesRead;

    /// <exception cref="MalformedDataException">Not a read command, or over a limit.</exception>
    public ReadCommandReader(ReadOnlySpan<byte> source)
    {
        _source = source;
        var reader = new ByteReader(source);
        var format = reader.ReadByte();
        var flags = reader.ReadByte();
        if (format != ReadCommand.Format || (flags & ~ReadCommand.AllFlags) != 0)
        {
            throw new MalformedDataException($"read command of format {format}, flags 0x{flags:X2}; this node reads {ReadCommand.Format}");
        }

        IsSingle = (flags & ReadCommand.SingleFlag) != 0;
        Reversed = (flags & ReadCommand.ReversedFlag) != 0;
        WithStatic = (flags & ReadCommand.StaticFlag) != 0;
        HasResume = (flags & ReadCommand.ResumeFlag) != 0;
        Table = new StorageId(reader.ReadUInt32());
        NowSeconds = reader.ReadInt64();
        Token = new Token(reader.ReadInt64());
        if (IsSingle)
        {
            PartitionKey = ReadPartitionKey(ref reader);
            EndToken = Token;
        }
        else
        {
            EndToken = new Token(reader.ReadInt64());
        }

        if (HasResume)
        {
            ResumeToken = new Token(reader.ReadInt64());
            ResumePartitionKey = ReadPartitionKey(ref reader);
            ResumeEntryKey = reader.ReadBlock(Limits.EntryKeyBytesMax, "entry key");
        }

        Limit = ReadLimit(ref reader);
        PartitionLimit = ReadLimit(ref reader);
        CheckPlace();
        SliceCount = ReadSliceCount(ref reader);
        _slicesAt = reader.Position;
        CheckSlices(reader, SliceCount);
        _slices = new ByteReader(source[_slicesAt..]);
    }

    public StorageId Table { get; }

    public long NowSeconds { get; }

    /// <summary>One partition rather than a token range.</summary>
    public bool IsSingle { get; }

    public ReadOnlySpan<byte> PartitionKey { get; }

    public Token Token { get; }

    public Token EndToken { get; }

    public bool HasResume { get; }

    public Token ResumeToken { get; }

    public ReadOnlySpan<byte> ResumePartitionKey { get; }

    public ReadOnlySpan<byte> ResumeEntryKey { get; }

    public bool Reversed { get; }

    public bool WithStatic { get; }

    public int Limit { get; }

    public int PartitionLimit { get; }

    public int SliceCount { get; }

    /// <summary>The next slice in entry-key order, as places in the source (<see cref="Bytes"/>). False after the last.</summary>
    public bool NextSlice(out Range start, out Range end)
    {
        start = end = default;
        if (_slicesRead == SliceCount)
        {
            return false;
        }

        _slicesRead++;
        start = Place(_slices.ReadBlock(Limits.EntryKeyBytesMax, "slice"));
        end = Place(_slices.ReadBlock(Limits.EntryKeyBytesMax, "slice"));
        return true;
    }

    public readonly ReadOnlySpan<byte> Bytes(Range place) => _source[place];

    /// <summary>Where the bytes just read are: they end where the reader stands.</summary>
    private readonly Range Place(ReadOnlySpan<byte> justRead)
    {
        var end = _slicesAt + _slices.Position;
        return (end - justRead.Length)..end;
    }

    private static ReadOnlySpan<byte> ReadPartitionKey(scoped ref ByteReader reader)
    {
        var key = reader.ReadBytes(reader.ReadUInt16());
        return !key.IsEmpty ? key : throw new MalformedDataException("read command with an empty partition key");
    }

    private static int ReadLimit(scoped ref ByteReader reader)
    {
        var limit = reader.ReadVariable();
        return limit is > 0 and <= int.MaxValue ? (int)limit : throw new MalformedDataException($"limit of {limit} rows");
    }

    private static int ReadSliceCount(scoped ref ByteReader reader)
    {
        var count = reader.ReadVariable();
        return count <= Limits.ReadSlicesMax ? (int)count : throw new MalformedDataException($"{count} slices; the limit is {Limits.ReadSlicesMax}");
    }

    private readonly void CheckPlace()
    {
        if (!IsSingle && (Reversed || Token.Value >= EndToken.Value))
        {
            throw new MalformedDataException("a token range must be read forward, from a lower token to a higher one");
        }

        if (HasResume && !(IsSingle
            ? ResumeToken == Token && ResumePartitionKey.SequenceEqual(PartitionKey)
            : ResumeToken.Value > Token.Value && ResumeToken.Value <= EndToken.Value))
        {
            throw new MalformedDataException("the place to go on from is outside of what is to be read");
        }
    }

    /// <summary>Every slice is a range of row keys that is not empty and begins at or after the end of the one before.</summary>
    private static void CheckSlices(ByteReader reader, int count)
    {
        ReadOnlySpan<byte> first = [(byte)EntryKind.Row];
        ReadOnlySpan<byte> last = [(byte)EntryKind.Row + 1];
        var previousEnd = first;
        for (var i = 0; i < count; i++)
        {
            var start = reader.ReadBlock(Limits.EntryKeyBytesMax, "slice");
            var end = reader.ReadBlock(Limits.EntryKeyBytesMax, "slice");
            if (start.SequenceCompareTo(previousEnd) < 0 || start.SequenceCompareTo(end) >= 0 || end.SequenceCompareTo(last) > 0)
            {
                throw new MalformedDataException($"slice {i} is empty, out of order or not of rows");
            }

            previousEnd = end;
        }

        reader.ExpectEnd("the read command");
    }
}
