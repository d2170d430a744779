using Coterie.Model;
using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>The [option] that describes a column (native protocol v4 §4.2.5.2).</summary>
public sealed record WireType(WireTypeId Id, string? Custom, WireType? First, WireType? Second)
{
    internal static WireType Read(ref BodyReader reader, int depth = 0)
    {
        if (depth > Limits.NestingMax)
        {
            throw new MalformedDataException("A type is nested too deeply");
        }

        var id = (WireTypeId)reader.ReadShort();
        return id switch
        {
            WireTypeId.Custom => new WireType(id, reader.ReadString(), null, null),
            WireTypeId.List or WireTypeId.Set => new WireType(id, null, Read(ref reader, depth + 1), null),
            WireTypeId.Map => new WireType(id, null, Read(ref reader, depth + 1), Read(ref reader, depth + 1)),
            WireTypeId.UserDefined or WireTypeId.Tuple => throw new MalformedDataException($"The type {id} is not known here"),
            _ => new WireType(id, null, null, null),
        };
    }
}

/// <summary>The numbers of types on the wire.</summary>
public enum WireTypeId
{
    Custom = 0x00,
    Ascii = 0x01,
    Bigint = 0x02,
    Blob = 0x03,
    Boolean = 0x04,
    Counter = 0x05,
    Decimal = 0x06,
    Double = 0x07,
    Float = 0x08,
    Int = 0x09,
    Timestamp = 0x0B,
    Uuid = 0x0C,
    Varchar = 0x0D,
    Varint = 0x0E,
    Timeuuid = 0x0F,
    Inet = 0x10,
    Date = 0x11,
    Time = 0x12,
    Smallint = 0x13,
    Tinyint = 0x14,
    Duration = 0x15,
    List = 0x20,
    Map = 0x21,
    Set = 0x22,
    UserDefined = 0x30,
    Tuple = 0x31,
}
