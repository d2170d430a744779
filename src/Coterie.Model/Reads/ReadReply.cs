using System.Buffers;
using System.Buffers.Binary;
using Coterie.Model.Time;
using Coterie.Model.Wire;

namespace Coterie.Model.Reads;

/// <summary>
/// How a replica answers a read of rows: the horizon under which it read, then the <see cref="ReadResponse"/>. The horizon is not part of what digests
/// stand for: two replicas that sweep at different times and hold the same agree.
/// </summary>
public static class ReadReply
{
    public const int HorizonBytes = sizeof(long);

    public static void Begin(FormationTime horizon, IBufferWriter<byte> destination) => destination.WriteInt64(horizon.Milliseconds);

    /// <exception cref="MalformedDataException">Too short, or not a horizon.</exception>
    public static FormationTime HorizonOf(ReadOnlySpan<byte> reply)
    {
        if (reply.Length < HorizonBytes || BinaryPrimitives.ReadInt64BigEndian(reply) is var horizon && horizon < 0)
        {
            throw new MalformedDataException($"a read is answered with {reply.Length} bytes and no horizon");
        }

        return new FormationTime(horizon);
    }

    /// <exception cref="MalformedDataException">Too short, or not a horizon.</exception>
    public static ReadOnlySpan<byte> ResponseOf(ReadOnlySpan<byte> reply)
    {
        HorizonOf(reply);
        return reply[HorizonBytes..];
    }

    /// <exception cref="MalformedDataException">Not a reply, or over a limit.</exception>
    public static ReadResponse Decode(ReadOnlyMemory<byte> reply)
    {
        HorizonOf(reply.Span);
        return ReadResponse.Decode(reply[HorizonBytes..]);
    }
}
