using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.Pipelines;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// What two nodes tell each other first on a connection: the one that connected speaks first, the other answers in the same form, with a
/// reason if it refuses. Layout in docs/formats.md, "Handshake between nodes". A later version may append fields before the checksum.
/// </summary>
/// <param name="ClusterId">None before formation.</param>
/// <param name="WallClock">Microseconds since the Unix epoch, for measuring how far the two clocks are apart.</param>
/// <param name="SentAt">The sender's monotonic clock, as in <see cref="PeerFrameHeader.SentAt"/>.</param>
public readonly record struct Handshake(
    ushort VersionMin,
    ushort VersionMax,
    ConnectionClass Class,
    HandshakeRefusal Refusal,
    ClusterId ClusterId,
    NodeId NodeId,
    Epoch Epoch,
    long WallClock,
    uint SentAt)
{
    public const ushort OurVersionMin = 1;
    public const ushort OurVersionMax = 1;

    public const int EncodedBytes = 72;

    private const int PrefixBytes = 10;
    private const int EncodedBytesMax = 512;

    private static ReadOnlySpan<byte> Magic => "COTERIE\n"u8;

    public void Encode(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], EncodedBytes - PrefixBytes);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], VersionMin);
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], VersionMax);
        destination[14] = (byte)Class;
        destination[15] = (byte)Refusal;
        ClusterId.Value.TryWriteBytes(destination[16..], bigEndian: true, out _);
        NodeId.Value.TryWriteBytes(destination[32..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(destination[48..], Epoch.Value);
        BinaryPrimitives.WriteInt64BigEndian(destination[56..], WallClock);
        BinaryPrimitives.WriteUInt32BigEndian(destination[64..], SentAt);
        BinaryPrimitives.WriteUInt32BigEndian(destination[68..], Crc32.HashToUInt32(destination[..68]));
    }

    public async ValueTask SendAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        Encode(output.GetSpan(EncodedBytes));
        output.Advance(EncodedBytes);
        await output.FlushAsync(cancellationToken);
    }

    /// <exception cref="MalformedDataException">What came is not a handshake.</exception>
    /// <exception cref="IOException">The connection ended first.</exception>
    public static async ValueTask<Handshake> ReceiveAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            if (TryTake(read.Buffer, out var handshake, out var size))
            {
                input.AdvanceTo(read.Buffer.GetPosition(size));
                return handshake;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                throw new IOException("The connection ended before the handshake.");
            }
        }
    }

    private static bool TryTake(in ReadOnlySequence<byte> source, out Handshake handshake, out int size)
    {
        handshake = default;
        size = 0;
        Span<byte> bytes = stackalloc byte[EncodedBytesMax];
        bytes = bytes[..(int)Math.Min(source.Length, EncodedBytesMax)];
        source.Slice(0, bytes.Length).CopyTo(bytes);
        var magic = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..magic].SequenceEqual(Magic[..magic]))
        {
            throw new MalformedDataException("What connected is not a node of a Coterie cluster.");
        }

        if (bytes.Length < PrefixBytes)
        {
            return false;
        }

        size = PrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]);
        if (size is < EncodedBytes or > EncodedBytesMax)
        {
            throw new MalformedDataException("A handshake with a wrong length.");
        }

        if (bytes.Length < size)
        {
            return false;
        }

        handshake = Decode(bytes[..size]);
        return true;
    }

    /// <exception cref="MalformedDataException">Damaged.</exception>
    public static Handshake Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EncodedBytes || Crc32.HashToUInt32(bytes[..^4]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]))
        {
            throw new MalformedDataException("A handshake with a wrong checksum.");
        }

        var epoch = BinaryPrimitives.ReadInt64BigEndian(bytes[48..]);
        var connection = (ConnectionClass)bytes[14];
        if (epoch < 0 || connection is not (ConnectionClass.Requests or ConnectionClass.Bulk))
        {
            throw new MalformedDataException("A handshake with a field out of range.");
        }

        return new Handshake(
            BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]),
            connection,
            (HandshakeRefusal)bytes[15],
            new ClusterId(new Guid(bytes[16..32], bigEndian: true)),
            new NodeId(new Guid(bytes[32..48], bigEndian: true)),
            new Epoch(epoch),
            BinaryPrimitives.ReadInt64BigEndian(bytes[56..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[64..]));
    }

    /// <summary>
    /// Whether this node, which would say <paramref name="ours"/>, talks to one that says <paramref name="theirs"/>. Pure; both sides ask it.
    /// Two nodes may talk if either has no cluster yet.
    /// </summary>
    public static HandshakeRefusal Judge(in Handshake ours, in Handshake theirs, NodeId? expected, TimeSpan? skewMax)
    {
        if (theirs.NodeId == ours.NodeId)
        {
            return HandshakeRefusal.OwnNode;
        }

        if (Math.Min(ours.VersionMax, theirs.VersionMax) < Math.Max(ours.VersionMin, theirs.VersionMin))
        {
            return HandshakeRefusal.Version;
        }

        if (ours.ClusterId != ClusterId.None && theirs.ClusterId != ClusterId.None && ours.ClusterId != theirs.ClusterId)
        {
            return HandshakeRefusal.WrongCluster;
        }

        if (expected is { } node && node != theirs.NodeId)
        {
            return HandshakeRefusal.UnexpectedNode;
        }

        return skewMax is { } bound && Skew(ours, theirs).Duration() > bound ? HandshakeRefusal.ClockSkew : HandshakeRefusal.None;
    }

    /// <summary>How far the other's wall clock is ahead of this node's, not counting the time on the way.</summary>
    public static TimeSpan Skew(in Handshake ours, in Handshake theirs)
    {
        var difference = (Int128)theirs.WallClock - ours.WallClock;
        var microseconds = (long)Int128.Clamp(difference, -SkewShownMax, SkewShownMax);
        return TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>A forged clock must not overflow a TimeSpan: more than a century counts as a century.</summary>
    private const long SkewShownMax = 100L * 366 * 24 * 3600 * 1_000_000;
}
