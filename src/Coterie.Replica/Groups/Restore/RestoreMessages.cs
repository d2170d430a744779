using System.Buffers;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Wire;

namespace Coterie.Replica.Groups.Restore;

/// <summary>A page of a group's rows is asked for.</summary>
/// <param name="Least">The rows must have everything up to this index of the log.</param>
/// <param name="From">The key to begin at; empty: the first.</param>
internal readonly record struct RowsRequest(GroupId Group, long Least, byte[] From)
{
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.WriteUInt64(Group.Value);
        bytes.WriteInt64(Least);
        bytes.WriteBlock(From);
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a request.</exception>
    public static RowsRequest Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var request = new RowsRequest(new GroupId(reader.ReadUInt64()), reader.ReadInt64(), reader.ReadBlock(Limits.DataKeyBytesMax, "key").ToArray());
        reader.ExpectEnd("a request for a group's rows");
        return request;
    }
}

/// <summary>What a member says of itself to one that has lost its disk.</summary>
/// <param name="Term">The latest it has seen.</param>
/// <param name="Committed">If it leads, knows all that is committed, and has heard that the asker counts for nothing: as far as entries are committed. Else -1.</param>
internal readonly record struct TermReply(long Term, long Committed)
{
    public const long NotLeading = -1;

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(2 * sizeof(long));
        bytes.WriteInt64(Term);
        bytes.WriteInt64(Committed);
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply.</exception>
    public static TermReply Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var reply = new TermReply(reader.ReadInt64(), reader.ReadInt64());
        reader.ExpectEnd("what a member says of its term");
        return reply.Term >= 0 && reply.Committed >= NotLeading ? reply : throw new MalformedDataException("a term or an index that cannot be");
    }
}
