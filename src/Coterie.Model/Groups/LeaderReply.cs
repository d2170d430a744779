using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Model.Groups;

/// <summary>What a member of a group says to a request that is for its leader. Part of the wire format: numbers are never reused.</summary>
public enum LeaderVerdict : byte
{
    /// <summary>The write is applied; the read may begin, here.</summary>
    Done = 0,

    /// <summary>This member does not lead. Nothing was done.</summary>
    NotLeader = 1,

    /// <summary>No room. Nothing was done.</summary>
    Busy = 2,

    /// <summary>Another leader's entry took the place of this one: it was not applied and never will be.</summary>
    Displaced = 3,

    /// <summary>The table, or the group, is not here any more.</summary>
    Stale = 4,
}

/// <param name="Leader">Who leads, as far as the member knows.</param>
public readonly record struct LeaderReply(LeaderVerdict Verdict, NodeId? Leader = null)
{
    private const int BytesMax = 17;

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(BytesMax);
        bytes.WriteByte((byte)Verdict);
        if (Leader is { } leader)
        {
            Check.That(leader.Value.TryWriteBytes(bytes.GetSpan(16), bigEndian: true, out var written));
            bytes.Advance(written);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply.</exception>
    public static LeaderReply Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var verdict = (LeaderVerdict)reader.ReadByte();
        if (verdict > LeaderVerdict.Stale)
        {
            throw new MalformedDataException($"a verdict of {(byte)verdict} of a group's member");
        }

        NodeId? leader = reader.Remaining > 0 ? new NodeId(new Guid(reader.ReadBytes(16), bigEndian: true)) : null;
        reader.ExpectEnd("a reply of a group's member");
        return new LeaderReply(verdict, leader);
    }
}
