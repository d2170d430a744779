using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Model.Time;

namespace Coterie.Cluster.Membership;

/// <summary>What a heartbeat and its answer carry besides the frame's epoch: the sender's hybrid clock, 8 bytes, big endian (docs/formats.md).</summary>
internal static class HeartbeatBody
{
    public const int Bytes = sizeof(long);

    public static void Write(Span<byte> destination, WriteTimestamp latest) =>
        BinaryPrimitives.WriteInt64BigEndian(destination, latest.Microseconds);

    /// <exception cref="MalformedDataException">Shorter than a heartbeat.</exception>
    public static WriteTimestamp Read(ReadOnlySpan<byte> body) => body.Length >= Bytes
        ? new WriteTimestamp(BinaryPrimitives.ReadInt64BigEndian(body))
        : throw new MalformedDataException($"A heartbeat of {body.Length} bytes.");
}
