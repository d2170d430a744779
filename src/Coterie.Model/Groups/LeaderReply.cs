using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Groups;

/// <summary>What a member of a group says to a request that is for its leader. Part of the wire format: numbers are never reused.</summary>
public enum LeaderVerdict : byte
{
    /// <summary>The write is committed; the read may begin, here.</summary>
    Done = 0,

    /// <summary>This member does not lead. Nothing was done.</summary>
    NotLeader = 1,

    /// <summary>No room. Nothing was done.</summary>
    Busy = 2,

    /// <summary>Another leader's entry took the place of this one: it was not applied and never will be.</summary>
    Displaced = 3,

    /// <summary>The table, or the group, is not here any more.</summary>
    Stale = 4,

    /// <summary>The rows are not as expected. Nothing was done; the rows are in the reply.</summary>
    Unequal = 5,

    /// <summary>The rows to compare cannot be read. Nothing was done.</summary>
    Failed = 6,
}

/// <param name="Leader">Who leads, as far as the member knows.</param>
/// <param name="Rows">With <see cref="LeaderVerdict.Unequal"/>: an encoded <see cref="Reads.ReadResponse"/>, as the leader had it when nothing was on its way.</param>
public readonly record struct LeaderReply(LeaderVerdict Verdict, NodeId? Leader = null, ReadOnlyMemory<byte> Rows = default)
{
    private const int IdBytes = 16;

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(1 + IdBytes + Rows.Length);
        bytes.WriteByte((byte)Verdict);
        if (Verdict == LeaderVerdict.Unequal)
        {
            bytes.Write(Rows.Span);
            return bytes.WrittenSpan.ToArray();
        }

        if (Leader is { } leader)
        {
            Check.That(leader.Value.TryWriteBytes(bytes.GetSpan(IdBytes), bigEndian: true, out var written));
            bytes.Advance(written);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply.</exception>
    public static LeaderReply Read(ReadOnlyMemory<byte> body)
    {
        var reader = new ByteReader(body.Span);
        var verdict = (LeaderVerdict)reader.ReadByte();
        if (verdict > LeaderVerdict.Failed)
        {
            throw new MalformedDataException($"a verdict of {(byte)verdict} of a group's member");
        }

        if (verdict == LeaderVerdict.Unequal)
        {
            return new LeaderReply(verdict, Rows: body[1..]);
        }

        NodeId? leader = reader.Remaining > 0 ? new NodeId(new Guid(reader.ReadBytes(IdBytes), bigEndian: true)) : null;
        reader.ExpectEnd("a reply of a group's member");
        return new LeaderReply(verdict, leader);
    }
}
