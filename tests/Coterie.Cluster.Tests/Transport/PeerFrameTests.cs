using System.Buffers;
using System.Buffers.Binary;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using CsCheck;

namespace Coterie.Cluster.Tests.Transport;

public sealed class PeerFrameTests
{
    private static readonly PeerFrameHeader Example =
        new(PeerFrameKind.Request, (byte)Verb.Mutate, 0x1122334455667788, new Epoch(7), 1_000, 2_000);

    /// <summary>Changing these bytes is changing what nodes of different versions say to each other: docs/formats.md.</summary>
    [Fact]
    public void A_frame_has_the_bytes_of_the_format()
    {
        var frame = Encode(Example, "row"u8);

        Assert.Equal(
            "0000001D" + "A7203D05" + "01" + "14" + "1122334455667788" + "0000000000000007" + "000003E8" + "000007D0" + "726F77",
            Convert.ToHexString(frame));
    }

    [Fact]
    public void Every_frame_reads_back_as_it_was_written() =>
        Gen.Select(Gen.Bool, Gen.Byte, Gen.ULong, Gen.Long[0, long.MaxValue], Gen.UInt, Gen.UInt, Gen.Byte.Array[0, 300])
            .Sample((reply, code, id, epoch, sent, timeout, body) =>
            {
                var kind = reply ? PeerFrameKind.Reply : PeerFrameKind.Request;
                var header = new PeerFrameHeader(kind, code, id, new Epoch(epoch), sent, timeout);
                var frame = Encode(header, body);
                Assert.Equal(frame.Length, PeerFrame.SizeOf(new ReadOnlySequence<byte>(frame)));
                Assert.Equal(header, PeerFrame.Read(frame, out var read));
                Assert.Equal(body, read.ToArray());
            });

    [Fact]
    public void Every_flipped_bit_behind_the_length_is_noticed()
    {
        var frame = Encode(Example, "a few bytes of body"u8);
        for (var bit = 4 * 8; bit < frame.Length * 8; bit++)
        {
            var damaged = frame.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MalformedDataException>(() => PeerFrame.Read(damaged, out _));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(25u)]
    [InlineData((uint)Limits.PeerFrameBytesMax - 7)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void A_length_that_no_frame_has_is_refused_by_its_four_bytes(uint length)
    {
        var bytes = new ReadOnlySequence<byte>(BigEndian(length));
        Assert.Throws<MalformedDataException>(() => PeerFrame.SizeOf(bytes));
    }

    [Fact]
    public void The_largest_frame_is_within_the_limit()
    {
        var bytes = new ReadOnlySequence<byte>(BigEndian(Limits.PeerFrameBytesMax - PeerFrame.PrefixBytes));
        Assert.Equal(Limits.PeerFrameBytesMax, PeerFrame.SizeOf(bytes));
        Assert.Equal(Limits.PeerFrameBytesMax, PeerFrame.HeaderBytes + PeerFrame.BodyBytesMax);
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    internal static byte[] Encode(in PeerFrameHeader header, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[PeerFrame.HeaderBytes + body.Length];
        Assert.Equal(bytes.Length, PeerFrame.Write(bytes, header, body));
        return bytes;
    }
}
