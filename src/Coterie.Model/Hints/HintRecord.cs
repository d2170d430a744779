using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Wire;

namespace Coterie.Model.Hints;

/// <summary>
/// A mutation that a replica has missed, as it is stored: a format byte, then the mutation as it was first sent, with the time at which it was
/// formed. What is asked of the store is that with the target and the place before it.
/// </summary>
public readonly ref struct HintRecord
{
    /// <summary>What a hint takes besides its mutation: the format, and its key.</summary>
    public const int OverheadBytes = 1 + HintKey.HintBytes;

    private const byte Format = 1;
    private const int HeadBytes = 16 + 8;

    private HintRecord(NodeId target, ulong sequence, ReadOnlySpan<byte> stored)
    {
        Target = target;
        Sequence = sequence;
        Stored = stored;
    }

    public NodeId Target { get; }

    public ulong Sequence { get; }

    /// <summary>The value under <see cref="HintKey"/>.</summary>
    public ReadOnlySpan<byte> Stored { get; }

    /// <summary>Writes the request to store a hint.</summary>
    public static void Write(IBufferWriter<byte> destination, NodeId target, ulong sequence, ReadOnlySpan<byte> mutation)
    {
        destination.WriteNode(target);
        destination.WriteUInt64(sequence);
        destination.WriteByte(Format);
        destination.Write(mutation);
    }

    /// <exception cref="MalformedDataException">Not a request to store a hint.</exception>
    public static HintRecord Read(ReadOnlySpan<byte> request)
    {
        var reader = new ByteReader(request);
        var target = reader.ReadNode();
        var sequence = reader.ReadUInt64();
        MutationOf(request[HeadBytes..]);
        return new HintRecord(target, sequence, request[HeadBytes..]);
    }

    /// <summary>The mutation of a stored hint, checked whole: what a replica would not take is not sent to one.</summary>
    /// <exception cref="MalformedDataException">The record is damaged, or of another format.</exception>
    public static ReadOnlySpan<byte> MutationOf(ReadOnlySpan<byte> stored)
    {
        if (stored.IsEmpty || stored[0] != Format)
        {
            throw new MalformedDataException(stored.IsEmpty ? "empty hint" : $"hint format {stored[0]}; this node reads {Format}");
        }

        MutationReader.Validate(stored[1..]);
        return stored[1..];
    }
}
