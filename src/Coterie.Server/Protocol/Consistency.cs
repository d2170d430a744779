using Coterie.Model;
using Coterie.Model.Quorum;

namespace Coterie.Server.Protocol;

/// <summary>[consistency] of native protocol v4 §3, and its name in texts.</summary>
public static class Consistency
{
    /// <exception cref="MalformedDataException">A number that names no level.</exception>
    public static ConsistencyLevel Read(ref BodyReader reader)
    {
        var value = reader.ReadShort();
        return value <= (ushort)ConsistencyLevel.LocalOne
            ? (ConsistencyLevel)value
            : throw new MalformedDataException($"Unknown code {value} for a consistency level");
    }

    public static string Name(ConsistencyLevel level) => level switch
    {
        ConsistencyLevel.Any => "ANY",
        ConsistencyLevel.One => "ONE",
        ConsistencyLevel.Two => "TWO",
        ConsistencyLevel.Three => "THREE",
        ConsistencyLevel.Quorum => "QUORUM",
        ConsistencyLevel.All => "ALL",
        ConsistencyLevel.LocalQuorum => "LOCAL_QUORUM",
        ConsistencyLevel.EachQuorum => "EACH_QUORUM",
        ConsistencyLevel.Serial => "SERIAL",
        ConsistencyLevel.LocalSerial => "LOCAL_SERIAL",
        ConsistencyLevel.LocalOne => "LOCAL_ONE",
        _ => ((ushort)level).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
