using System.Buffers;
using Coterie.Model.Wire;

namespace Coterie.Model.Groups;

/// <summary>How far a member of a group is. Format: docs/formats.md.</summary>
/// <param name="Term">That it has heard of.</param>
/// <param name="Leads">It leads in that term, as far as it knows, and knows what is committed.</param>
/// <param name="Committed">Index of the last entry that it knows to be committed.</param>
/// <param name="Applied">Everything up to this index is in its tables.</param>
public readonly record struct GroupProgress(long Term, bool Leads, long Committed, long Applied)
{
    private const int Bytes = (3 * sizeof(long)) + 1;

    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(Bytes);
        bytes.WriteInt64(Term);
        bytes.WriteByte(Leads ? (byte)1 : (byte)0);
        bytes.WriteInt64(Committed);
        bytes.WriteInt64(Applied);
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="MalformedDataException">Not such a reply.</exception>
    public static GroupProgress Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var progress = new GroupProgress(reader.ReadInt64(), reader.ReadByte() == 1, reader.ReadInt64(), reader.ReadInt64());
        reader.ExpectEnd("the progress of a group's member");
        return progress;
    }
}
