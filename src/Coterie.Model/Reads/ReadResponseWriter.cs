using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Rows;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>
/// Writes a <see cref="ReadResponse"/> while it is being found: nothing is counted ahead, lists end with a zero. Equal results have equal
/// bytes, so their digest is the digest of these. Order of calls: for each partition BeginPartition, Range*, Static?, Row*, EndPartition; then Finish
/// or Stopped. Format: docs/formats.md.
/// </summary>
public struct ReadResponseWriter
{
    internal const byte Format = 1;
    internal const byte EndMark = 0;
    internal const byte PartitionMark = 1;
    internal const byte ExhaustedMark = 0;
    internal const byte StoppedMark = 1;
    internal const byte CompleteMark = 0;
    internal const byte LimitedMark = 1;

    private readonly IBufferWriter<byte> _destination;
    private Part _part;

    public ReadResponseWriter(IBufferWriter<byte> destination)
    {
        _destination = destination;
        destination.WriteByte(Format);
    }

    private enum Part : byte
    {
        None,
        Ranges,
        Rows,
    }

    public void BeginPartition(Token token, ReadOnlySpan<byte> partitionKey, Deletion deletion)
    {
        _destination.WriteByte(PartitionMark);
        _destination.WriteInt64(token.Value);
        ReadCommand.WritePartitionKey(partitionKey, _destination);
        WriteDeletion(deletion, _destination);
        _part = Part.Ranges;
    }

    public readonly void Range(ReadOnlySpan<byte> entryKey, Deletion deletion)
    {
        Check.Request(_part == Part.Ranges);
        _destination.WriteBlock(entryKey);
        WriteDeletion(deletion, _destination);
    }

    public void Static(ReadOnlySpan<byte> row)
    {
        Check.Request(_part == Part.Ranges);
        _destination.WriteByte(0);
        _destination.WriteBlock(row);
        _part = Part.Rows;
    }

    public void Row(ReadOnlySpan<byte> entryKey, ReadOnlySpan<byte> row)
    {
        BeginRows();
        _destination.WriteBlock(entryKey);
        _destination.WriteBlock(row);
    }

    /// <param name="limited">The partition limit ended it.</param>
    public void EndPartition(bool limited)
    {
        BeginRows();
        _destination.WriteByte(0);
        _destination.WriteByte(limited ? LimitedMark : CompleteMark);
        _part = Part.None;
    }

    /// <summary>All that was asked for is here.</summary>
    public readonly void Finish()
    {
        Check.Request(_part == Part.None);
        _destination.WriteByte(EndMark);
        _destination.WriteByte(ExhaustedMark);
    }

    /// <summary>All up to and including this entry is here; an empty entry key: up to the end of this partition.</summary>
    public readonly void FinishStopped(Token token, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> entryKey)
    {
        Check.Request(_part == Part.None);
        _destination.WriteByte(EndMark);
        _destination.WriteByte(StoppedMark);
        ResumePoint.Encode(token, partitionKey, entryKey, _destination);
    }

    private static void WriteDeletion(Deletion deletion, IBufferWriter<byte> destination)
    {
        destination.WriteInt64(deletion.Timestamp.Microseconds);
        destination.WriteInt64(deletion.Formed.Milliseconds);
    }

    private void BeginRows()
    {
        if (_part == Part.Ranges)
        {
            Static([]);
        }
    }
}
