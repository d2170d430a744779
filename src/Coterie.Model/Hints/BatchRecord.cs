using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Wire;

namespace Coterie.Model.Hints;

/// <summary>
/// A logged batch over several partitions, as it is kept until all of it has been applied: who keeps it, and its mutations as they are first sent.
/// Format: docs/formats.md.
/// </summary>
public sealed record BatchRecord(Guid Id, IReadOnlyList<NodeId> Holders, IReadOnlyList<ReadOnlyMemory<byte>> Mutations)
{
    private const byte Format = 1;

    /// <summary>Most nodes that keep one batch.</summary>
    private const int HoldersMax = 8;

    /// <summary>How long the encoded record is.</summary>
    public static int SizeOf(int holders, IReadOnlyList<ReadOnlyMemory<byte>> mutations)
    {
        var size = 1 + 16 + 1 + (16 * holders) + 5;
        foreach (var mutation in mutations)
        {
            size = checked(size + 5 + mutation.Length);
        }

        return size;
    }

    public byte[] Encode()
    {
        Check.Request(Holders.Count is > 0 and <= HoldersMax);
        var destination = new ArrayBufferWriter<byte>(SizeOf(Holders.Count, Mutations));
        destination.WriteByte(Format);
        destination.Write(Id.ToByteArray(bigEndian: true));
        destination.WriteByte((byte)Holders.Count);
        foreach (var holder in Holders)
        {
            destination.WriteNode(holder);
        }

        destination.WriteVariable((uint)Mutations.Count);
        foreach (var mutation in Mutations)
        {
            destination.WriteBlock(mutation.Span);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <summary>Every mutation is checked whole.</summary>
    /// <exception cref="MalformedDataException">Not a batch, or over a limit.</exception>
    public static BatchRecord Decode(ReadOnlyMemory<byte> record)
    {
        var reader = new ByteReader(record.Span);
        var format = reader.ReadByte();
        if (format != Format)
        {
            throw new MalformedDataException($"batch format {format}; this node reads {Format}");
        }

        if (record.Length > Limits.BatchRecordBytesMax)
        {
            throw new MalformedDataException($"batch of {record.Length} bytes; the limit is {Limits.BatchRecordBytesMax}");
        }

        var id = new Guid(reader.ReadBytes(16), bigEndian: true);
        var holders = new NodeId[reader.ReadByte()];
        if (holders.Length is 0 or > HoldersMax)
        {
            throw new MalformedDataException($"a batch with {holders.Length} holders");
        }

        for (var i = 0; i < holders.Length; i++)
        {
            holders[i] = reader.ReadNode();
        }

        var count = reader.ReadVariable();
        var mutations = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < count; i++)
        {
            var length = reader.ReadBlock(Limits.MutationBytesMax, "mutation").Length;
            mutations.Add(record.Slice(reader.Position - length, length));
            MutationReader.Validate(mutations[^1].Span);
        }

        reader.ExpectEnd("a batch");
        return mutations.Count > 0 ? new BatchRecord(id, holders, mutations) : throw new MalformedDataException("a batch without mutations");
    }

    /// <summary>The id alone, of a record that may be damaged behind it; for the key under which it is kept.</summary>
    /// <exception cref="MalformedDataException">Too short.</exception>
    public static Guid IdOf(ReadOnlySpan<byte> record) =>
        record.Length >= 17 ? new Guid(record.Slice(1, 16), bigEndian: true) : throw new MalformedDataException($"batch of {record.Length} bytes");
}
