using System.Buffers;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Deletes;

/// <summary>Tells a replica of a token the horizon that another replica of it has.</summary>
public readonly record struct HorizonNotice(StorageId Table, Token Token, FormationTime Horizon)
{
    public void Write(IBufferWriter<byte> destination)
    {
        destination.WriteUInt32(Table.Value);
        destination.WriteInt64(Token.Value);
        destination.WriteInt64(Horizon.Milliseconds);
    }

    /// <exception cref="MalformedDataException">Not such a notice.</exception>
    public static HorizonNotice Read(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var notice = new HorizonNotice(new StorageId(reader.ReadUInt32()), new Token(reader.ReadInt64()), new FormationTime(reader.ReadInt64()));
        reader.ExpectEnd("the notice of a horizon");
        return notice;
    }
}
