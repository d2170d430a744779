using Coterie.Model;
using Coterie.Model.Quorum;

namespace Coterie.Server.Protocol;

/// <summary>[consistency] of native protocol v4 §3.</summary>
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
}
