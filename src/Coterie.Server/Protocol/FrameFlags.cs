namespace Coterie.Server.Protocol;

/// <summary>Flags of a frame (native protocol v4 §2.2).</summary>
[Flags]
public enum FrameFlags : byte
{
    None = 0,
    Compressed = 0x01,

    /// <summary>Asks for a trace. Accepted; the answer is simply not traced, which the protocol allows.</summary>
    Tracing = 0x02,
    CustomPayload = 0x04,
    Warning = 0x08,
    Beta = 0x10,
}
