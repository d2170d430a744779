using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Hints;

/// <summary>Asks for hints of a target from a place on, or, with no target, what there is of each.</summary>
/// <param name="Target">Null: a summary.</param>
/// <param name="From">The first sequence wanted.</param>
public readonly record struct HintReadRequest(NodeId? Target, ulong From)
{
    public static HintReadRequest Summary => default;

    public byte[] Encode()
    {
        if (Target is not { } target)
        {
            return [];
        }

        var destination = new ArrayBufferWriter<byte>(24);
        destination.WriteNode(target);
        destination.WriteUInt64(From);
        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static HintReadRequest Decode(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return Summary;
        }

        var reader = new ByteReader(body);
        var target = reader.ReadNode();
        var request = new HintReadRequest(target, reader.ReadUInt64());
        reader.ExpectEnd("a request for hints");
        return request;
    }
}

/// <summary>Asks that the hints of a target up to a place, and that included, be forgotten.</summary>
public readonly record struct HintForgetRequest(NodeId Target, ulong UpTo)
{
    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>(24);
        destination.WriteNode(Target);
        destination.WriteUInt64(UpTo);
        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static HintForgetRequest Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var request = new HintForgetRequest(reader.ReadNode(), reader.ReadUInt64());
        reader.ExpectEnd("a request to forget hints");
        return request;
    }
}

/// <summary>A hint as it was read: its place, and the stored record, which may be damaged.</summary>
public readonly record struct StoredHint(ulong Sequence, ReadOnlyMemory<byte> Record);

/// <summary>Hints from the head of a target's queue.</summary>
/// <param name="IsDamaged">Behind these the disk could not be read: nothing more of this target can be.</param>
public sealed record HintChunk(IReadOnlyList<StoredHint> Hints, bool IsDamaged)
{
    public byte[] Encode()
    {
        var destination = new ArrayBufferWriter<byte>();
        destination.WriteByte(IsDamaged ? (byte)1 : (byte)0);
        foreach (var hint in Hints)
        {
            destination.WriteUInt64(hint.Sequence);
            destination.WriteBlock(hint.Record.Span);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such an answer.</exception>
    public static HintChunk Decode(ReadOnlyMemory<byte> body)
    {
        var reader = new ByteReader(body.Span);
        var damaged = reader.ReadByte();
        var hints = new List<StoredHint>();
        while (reader.Remaining > 0)
        {
            var sequence = reader.ReadUInt64();
            var length = reader.ReadBlock(Limits.MutationBytesMax + 1, "hint").Length;
            hints.Add(new StoredHint(sequence, body.Slice(reader.Position - length, length)));
        }

        return new HintChunk(hints, damaged != 0);
    }
}

/// <summary>What is stored for one target: how many hints of how many bytes (with their keys), the last one's place, and when the oldest was formed.</summary>
/// <param name="OldestFormed">Milliseconds since the Unix epoch.</param>
public readonly record struct HintsOfTarget(NodeId Target, long Count, long Bytes, ulong Last, long OldestFormed)
{
    public static byte[] Encode(IEnumerable<HintsOfTarget> all)
    {
        var destination = new ArrayBufferWriter<byte>();
        foreach (var one in all)
        {
            destination.WriteNode(one.Target);
            destination.WriteInt64(one.Count);
            destination.WriteInt64(one.Bytes);
            destination.WriteUInt64(one.Last);
            destination.WriteInt64(one.OldestFormed);
        }

        return destination.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such an answer.</exception>
    public static List<HintsOfTarget> Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var all = new List<HintsOfTarget>();
        while (reader.Remaining > 0)
        {
            all.Add(new HintsOfTarget(
                reader.ReadNode(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadInt64()));
        }

        return all;
    }
}
