using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>A place in a read: after this entry. An empty entry key: after the whole partition.</summary>
public readonly record struct ResumePoint(Token Token, ReadOnlyMemory<byte> PartitionKey, ReadOnlyMemory<byte> EntryKey)
{
    internal void Encode(IBufferWriter<byte> destination) => Encode(Token, PartitionKey.Span, EntryKey.Span, destination);

    internal static void Encode(Token token, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> entryKey, IBufferWriter<byte> destination)
    {
        destination.WriteInt64(token.Value);
        ReadCommand.WritePartitionKey(partitionKey, destination);
        destination.WriteBlock(entryKey);
    }
}
