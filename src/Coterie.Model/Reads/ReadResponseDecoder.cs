using Coterie.Model.Ids;
using Coterie.Model.Keys;
using Coterie.Model.Rows;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>Takes a response apart: every length against what is there, every key by its kind, every row by its encoding.</summary>
internal ref struct ReadResponseDecoder(ReadOnlyMemory<byte> source)
{
    private readonly ReadOnlyMemory<byte> _source = source;
    private ByteReader _reader = new(source.Span);

    public ReadResponse Decode()
    {
        var format = _reader.ReadByte();
        if (format != ReadResponseWriter.Format)
        {
            throw new MalformedDataException($"read response of format {format}; this node reads {ReadResponseWriter.Format}");
        }

        var partitions = ReadPartitions();
        var stoppedAfter = ReadMark("the end of a read response") == ReadResponseWriter.StoppedMark ? ReadPoint() : (ResumePoint?)null;
        _reader.ExpectEnd("the read response");
        return new ReadResponse(partitions, stoppedAfter);
    }

    private IReadOnlyList<PartitionRows> ReadPartitions()
    {
        if (ReadMark("a partition") == ReadResponseWriter.EndMark)
        {
            return Array.Empty<PartitionRows>();
        }

        // Most reads are of one partition: an array of one is all they need.
        var first = ReadPartition();
        if (ReadMark("a partition") == ReadResponseWriter.EndMark)
        {
            return new[] { first };
        }

        var partitions = new List<PartitionRows> { first };
        do
        {
            partitions.Add(ReadPartition());
        }
        while (ReadMark("a partition") == ReadResponseWriter.PartitionMark);
        return partitions;
    }

    private PartitionRows ReadPartition()
    {
        var token = new Token(_reader.ReadInt64());
        var partitionKey = Memory(_reader.ReadBytes(_reader.ReadUInt16()));
        if (partitionKey.IsEmpty)
        {
            throw new MalformedDataException("read response with an empty partition key");
        }

        var deletion = ReadDeletion();
        var ranges = ReadRanges();
        var staticRow = Memory(_reader.ReadBlock(Limits.PeerFrameBytesMax, "static row"));
        if (!staticRow.IsEmpty)
        {
            RowMerge.ValidateStored(staticRow.Span);
        }

        var rows = ReadRows();
        return new PartitionRows
        {
            Token = token,
            PartitionKey = partitionKey,
            PartitionDeletion = deletion,
            Ranges = ranges,
            Static = staticRow,
            Rows = rows,
            Limited = ReadMark("the end of a partition") == ReadResponseWriter.LimitedMark,
        };
    }

    private IReadOnlyList<RangeDeletion> ReadRanges()
    {
        List<RangeDeletion>? ranges = null;
        while (true)
        {
            var key = _reader.ReadBlock(Limits.EntryKeyBytesMax, "entry key");
            if (key.IsEmpty)
            {
                return ranges is null ? Array.Empty<RangeDeletion>() : ranges;
            }

            EntryKey.ReadRangeTombstone(key, out _, out _);
            (ranges ??= []).Add(new RangeDeletion(Memory(key), ReadDeletion()));
        }
    }

    private IReadOnlyList<RowEntry> ReadRows()
    {
        if (!TryReadRow(out var first))
        {
            return Array.Empty<RowEntry>();
        }

        // As with partitions: most reads are of one row.
        if (!TryReadRow(out var second))
        {
            return new[] { first };
        }

        var rows = new List<RowEntry> { first, second };
        while (TryReadRow(out var next))
        {
            rows.Add(next);
        }

        return rows;
    }

    private bool TryReadRow(out RowEntry entry)
    {
        var key = _reader.ReadBlock(Limits.EntryKeyBytesMax, "entry key");
        if (key.IsEmpty)
        {
            entry = default;
            return false;
        }

        if (key[0] != (byte)EntryKind.Row)
        {
            throw new MalformedDataException($"entry key of kind 0x{key[0]:X2} among rows");
        }

        var entryKey = Memory(key);
        var row = _reader.ReadBlock(Limits.PeerFrameBytesMax, "row");
        RowMerge.ValidateStored(row);
        entry = new RowEntry(entryKey, Memory(row));
        return true;
    }

    private ResumePoint ReadPoint()
    {
        var token = new Token(_reader.ReadInt64());
        var partitionKey = Memory(_reader.ReadBytes(_reader.ReadUInt16()));
        return new ResumePoint(token, partitionKey, Memory(_reader.ReadBlock(Limits.EntryKeyBytesMax, "entry key")));
    }

    private Deletion ReadDeletion() => new(new WriteTimestamp(_reader.ReadInt64()), new FormationTime(_reader.ReadInt64()));

    private byte ReadMark(string what)
    {
        var mark = _reader.ReadByte();
        return mark <= 1 ? mark : throw new MalformedDataException($"mark 0x{mark:X2} at {what}");
    }

    /// <summary>The memory of the bytes just read: they end where the reader stands.</summary>
    private readonly ReadOnlyMemory<byte> Memory(ReadOnlySpan<byte> justRead) => _source.Slice(_reader.Position - justRead.Length, justRead.Length);
}
