using System.Buffers;
using Coterie.Model.Encoding;
using CsCheck;

namespace Coterie.Model.Tests.Encoding;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(0x7F, "7F")]
    [InlineData(0x80, "8001")]
    [InlineData(0x3FFF, "FF7F")]
    [InlineData(0x4000, "808001")]
    [InlineData(ulong.MaxValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Numbers_take_seven_bits_a_byte(ulong value, string hex)
    {
        var destination = new ArrayBufferWriter<byte>();
        Varint.Write(destination, value);
        Assert.Equal(hex, Convert.ToHexString(destination.WrittenSpan));
    }

    [Fact]
    public void Numbers_are_read_back() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 63]).Sample(
            (wide, shift) =>
            {
                var value = wide >> shift;
                var bytes = new byte[Varint.BytesMax + 1];
                var length = Varint.Write(bytes, value);
                ReadOnlySpan<byte> rest = bytes;
                Assert.Equal(value, Varint.Read(ref rest));
                Assert.Equal(bytes.Length - length, rest.Length);
                Assert.Equal((long)value, Varint.UnZigZag(Varint.ZigZag((long)value)));
            },
            iter: 20_000);

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8000")]
    [InlineData("FF00")]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    public void What_is_no_number_is_refused(string hex) => Assert.Throws<MalformedDataException>(() =>
    {
        ReadOnlySpan<byte> bytes = Convert.FromHexString(hex);
        Varint.Read(ref bytes);
    });

    [Fact]
    public void A_count_over_its_limit_is_refused() => Assert.Throws<MalformedDataException>(() =>
    {
        ReadOnlySpan<byte> bytes = [11];
        Varint.ReadCount(ref bytes, 10);
    });
}
