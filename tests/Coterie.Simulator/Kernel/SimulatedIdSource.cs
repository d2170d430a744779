using Coterie.Model.Ids;

namespace Coterie.Simulator.Kernel;

/// <summary>Random identities (UUID version 4) from a stream of the seed.</summary>
public sealed class SimulatedIdSource(SeededRandom random) : IdSource
{
    public override Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
