using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Mutations;

/// <summary>
/// Writes a mutation of one partition as it travels and as it is stored: storage id, token, formation time, partition key, then entries
/// (entry key, encoded row). Entries may come in any order; equal keys are merged by the replica like any two writes.
/// Format: docs/formats.md.
/// </summary>
public readonly ref struct MutationWriter
{
    internal const byte Format = 1;

    private readonly IBufferWriter<byte> _destination;

    public MutationWriter(IBufferWriter<byte> destination, StorageId table, Token token, FormationTime formed, ReadOnlySpan<byte> partitionKey)
    {
        Check.Request(partitionKey.Length is > 0 and <= Limits.PartitionKeyBytesMax);
        _destination = destination;
        destination.WriteByte(Format);
        destination.WriteUInt32(table.Value);
        destination.WriteInt64(token.Value);
        destination.WriteInt64(formed.Milliseconds);
        destination.WriteUInt16((ushort)partitionKey.Length);
        destination.Write(partitionKey);
    }

    private MutationWriter(IBufferWriter<byte> destination) => _destination = destination;

    /// <summary>Goes on with a mutation that was begun in this destination and not finished.</summary>
    public static MutationWriter Resume(IBufferWriter<byte> destination) => new(destination);

    public void Entry(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        Check.Request(entryKey.Length is > 0 and <= Limits.EntryKeyBytesMax);
        _destination.WriteBlock(entryKey);
        _destination.WriteBlock(row);
    }

    /// <summary>Ends the mutation. Without entries it is malformed: do not send it.</summary>
    public void Finish() => _destination.WriteByte(0);
}
