using System.Buffers.Binary;
using Coterie.Model.Ids;

namespace Coterie.Model.Hints;

/// <summary>
/// Where hints and batches lie in their area: a byte for the kind, then for hints the target and a sequence, so that the hints of a target are one
/// range in the order in which they were made; for batches the batch's id. Format: docs/formats.md.
/// </summary>
public static class HintKey
{
    public const int HintBytes = 1 + 16 + 8;
    public const int BatchBytes = 1 + 16;

    private const byte Hints = 1;
    private const byte Batches = 2;

    /// <summary>The range of all hints, and that of all batches: from, and up to but without.</summary>
    public static ReadOnlySpan<byte> HintsLower => [Hints];

    public static ReadOnlySpan<byte> HintsUpper => [Batches];

    public static ReadOnlySpan<byte> BatchesLower => [Batches];

    public static ReadOnlySpan<byte> BatchesUpper => [Batches + 1];

    public static void Hint(Span<byte> key, NodeId target, ulong sequence)
    {
        key[0] = Hints;
        target.Value.TryWriteBytes(key[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64BigEndian(key[17..], sequence);
    }

    public static void Batch(Span<byte> key, Guid id)
    {
        key[0] = Batches;
        id.TryWriteBytes(key[1..], bigEndian: true, out _);
    }

    /// <summary>False: not the key of a hint.</summary>
    public static bool TryReadHint(ReadOnlySpan<byte> key, out NodeId target, out ulong sequence)
    {
        var isHint = key.Length == HintBytes && key[0] == Hints;
        target = isHint ? new NodeId(new Guid(key.Slice(1, 16), bigEndian: true)) : default;
        sequence = isHint ? BinaryPrimitives.ReadUInt64BigEndian(key[17..]) : 0;
        return isHint;
    }

    /// <summary>False: not the key of a batch.</summary>
    public static bool TryReadBatch(ReadOnlySpan<byte> key, out Guid id)
    {
        var isBatch = key.Length == BatchBytes && key[0] == Batches;
        id = isBatch ? new Guid(key[1..], bigEndian: true) : default;
        return isBatch;
    }
}
