using System.Buffers.Binary;
using Coterie.Model;
using Coterie.Server.Protocol;
using K4os.Compression.LZ4;

namespace Coterie.Server.Tests.Protocol;

public sealed class Lz4BodyTests
{
    [Fact]
    public void What_is_compressed_comes_back()
    {
        var plain = Enumerable.Range(0, 5000).Select(i => (byte)(i / 50)).ToArray();
        var writer = new FrameWriter();
        writer.BeginFrame(FrameFlags.None);
        writer.Write(plain);

        Lz4Body.Compress(writer);
        writer.EndFrame(Opcode.Result, 1);

        Assert.True(writer.Body.Length < plain.Length);
        Assert.Equal(FrameFlags.Compressed, FrameHeader.Read(writer.Written).Flags);
        var back = new byte[Lz4Body.PlainLength(writer.Body)];
        Lz4Body.Decompress(writer.Body, back);
        Assert.Equal(plain, back);
    }

    [Fact]
    public void What_does_not_shrink_stays_as_it_is()
    {
        var noise = new byte[600];
        new Random(1).NextBytes(noise);
        var writer = new FrameWriter();
        writer.BeginFrame(FrameFlags.None);
        writer.Write(noise);

        Lz4Body.Compress(writer);
        writer.EndFrame(Opcode.Result, 1);

        Assert.Equal(FrameFlags.None, FrameHeader.Read(writer.Written).Flags);
        Assert.Equal(noise, writer.Body.ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Limits.CqlFrameBytesMax + 1)]
    [InlineData(int.MaxValue)]
    public void A_claim_over_the_limit_is_refused(int claim) => Assert.Throws<MalformedDataException>(() => Lz4Body.PlainLength(Body(claim, new byte[100])));

    [Fact]
    public void A_claim_that_may_be_true_and_is_over_the_limit_is_too_large_and_no_lie() =>
        Assert.Throws<OverLimitException>(() => Lz4Body.PlainLength(Body(Limits.CqlFrameBytesMax + 1, new byte[100_000])));

    [Fact]
    public void A_claim_that_no_block_of_that_size_can_keep_is_refused_before_it_is_given_room() =>
        Assert.Throws<MalformedDataException>(() => Lz4Body.PlainLength(Body(10 * 1024 * 1024, new byte[100])));

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(500)]
    public void A_claim_that_is_too_small_or_too_large_is_refused_and_nothing_of_the_buffer_is_shown(int difference)
    {
        var plain = Enumerable.Range(0, 1000).Select(i => (byte)(i / 10)).ToArray();
        var block = new byte[LZ4Codec.MaximumOutputSize(plain.Length)];
        var length = LZ4Codec.Encode(plain, block);
        var body = Body(plain.Length + difference, block[..length]);

        Assert.Throws<MalformedDataException>(() => Lz4Body.Decompress(body, new byte[Lz4Body.PlainLength(body)]));
    }

    [Fact]
    public void Garbage_is_malformed_and_nothing_else()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var block = new byte[random.Next(0, 200)];
            random.NextBytes(block);
            var body = Body(random.Next(0, 4000), block);
            try
            {
                Lz4Body.Decompress(body, new byte[Lz4Body.PlainLength(body)]);
            }
            catch (MalformedDataException)
            {
                // The one way out that is allowed.
            }
        }
    }

    private static byte[] Body(int claim, byte[] block)
    {
        var body = new byte[4 + block.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, claim);
        block.CopyTo(body, 4);
        return body;
    }
}
