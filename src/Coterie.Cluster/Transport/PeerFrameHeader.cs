using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>Whether a frame asks or answers. Part of the wire format.</summary>
public enum PeerFrameKind : byte
{
    Request = 1,
    Reply = 2,
}

/// <summary>What stands in front of the body of a frame between nodes.</summary>
/// <param name="Code">A <see cref="Verb"/> or a <see cref="ReplyStatus"/>.</param>
/// <param name="RequestId">Chosen by who asks, given back with the answer.</param>
/// <param name="Epoch">The sender's when it wrote the frame.</param>
/// <param name="SentAt">Milliseconds on the sender's own monotonic clock, modulo 2^32. Tells the receiver how long frames lie in buffers.</param>
/// <param name="TimeoutMilliseconds">For requests: how long after <see cref="SentAt"/> somebody still waits for the answer.</param>
public readonly record struct PeerFrameHeader(
    PeerFrameKind Kind,
    byte Code,
    ulong RequestId,
    Epoch Epoch,
    uint SentAt,
    uint TimeoutMilliseconds);
