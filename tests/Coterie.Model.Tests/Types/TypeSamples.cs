using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Coterie.Model.Types;

namespace Coterie.Model.Tests.Types;

/// <summary>For every type that a key may have, values strictly ascending in Cassandra's order, with the corners of each.</summary>
internal static class TypeSamples
{
    /// <summary>By name, so that a failing case says which.</summary>
    public static readonly SortedDictionary<string, byte[][]> Ascending = new(StringComparer.Ordinal)
    {
        ["ascii"] = [[], Ascii("\0"), Ascii("\0\0"), Ascii("\0a"), Ascii("a"), Ascii("a\0"), Ascii("aa"), Ascii("b"), Ascii("\u007f")],
        ["text"] = [[], Utf8("\0"), Utf8("\0\u0001"), Utf8("A"), Utf8("a"), Utf8("a\0b"), Utf8("ab"), Utf8("é"), Utf8("€"), Utf8("\uffff"), Utf8("😀")],
        ["blob"] = [[], [0], [0, 0], [0, 1], [0, 0xFF], [1], [1, 0], [0xFF], [0xFF, 0], [0xFF, 0xFF]],
        ["boolean"] = [[], [0], [1]],
        ["tinyint"] = [[0x80], [0xFF], [0], [1], [0x7F]],
        ["smallint"] = [[0x80, 0], [0xFF, 0xFF], [0, 0], [0, 1], [0x7F, 0xFF]],
        ["int"] = [[], Int(int.MinValue), Int(-256), Int(-1), Int(0), Int(1), Int(256), Int(int.MaxValue)],
        ["bigint"] = [[], Long(long.MinValue), Long(-1), Long(0), Long(1), Long(long.MaxValue)],
        ["timestamp"] = [[], Long(long.MinValue), Long(-1), Long(0), Long(1_795_478_400_000), Long(long.MaxValue)],
        ["date"] = [Int(0), Int(1), Int(int.MinValue), Int(-1)],
        ["time"] = [Long(0), Long(1), Long(86_399_999_999_999)],
        ["varint"] = [[], Power(-1, 3000), Power(-1, 1024), .. Integers.Select(Varint), Power(1, 1007), Power(1, 1008), Power(1, 3000)],
        ["decimal"] =
        [
            [], Decimal(int.MinValue, -1), Decimal(0, -1000), Decimal(0, -11), Decimal(-1, -1), Decimal(0, -10), Decimal(1, -100), Decimal(2, -1000), Decimal(1, -99),
            Decimal(2, -101), Decimal(0, -1), Decimal(1, -10), Decimal(1, -1), Decimal(int.MaxValue, -1),
            Decimal(int.MinValue, 0), Decimal(-1, 0), Decimal(0, 0), Decimal(1, 0), Decimal(int.MaxValue, 0),
            Decimal(int.MaxValue, 1), Decimal(2, 1), Decimal(1, 1), Decimal(2, 10), Decimal(2, 11), Decimal(1, 2), Decimal(0, 1), Decimal(1, 10), Decimal(2, 100), Decimal(2, 101),
            Decimal(0, 2), Decimal(-1, 1), Decimal(0, 10), Decimal(1, 100), Decimal(0, 11), Decimal(0, 12), Decimal(-2, 1), Decimal(-1, 10), Decimal(0, 100),
            Decimal(0, 101), Decimal(0, 12345678901234567890), Decimal(int.MinValue, 1),
        ],
        ["float"] =
        [
            [], .. new[] { float.NegativeInfinity, float.MinValue, -1, -float.Epsilon, -0f, 0f, float.Epsilon, 1, float.MaxValue, float.PositiveInfinity }.Select(Float), Int(0x7FC0_0000),
        ],
        ["double"] =
        [
            [],
            .. new[] { double.NegativeInfinity, double.MinValue, -1, -double.Epsilon, -0d, 0d, double.Epsilon, 1, double.MaxValue, double.PositiveInfinity }.Select(Double), Long(0x7FF8_0000_0000_0000),
        ],
        ["uuid"] =
        [
            [], Uuid("00000000-0000-0000-0000-000000000000"), Uuid("ffffffff-ffff-0fff-ffff-ffffffffffff"),
            Uuid("ffffffff-0000-1000-8000-000000000000"), Uuid("00000000-0001-1000-7f00-000000000000"), Uuid("00000000-0001-1000-8000-000000000000"),
            Uuid("00000000-0000-1001-8000-000000000000"), Uuid("ffffffff-ffff-1fff-ffff-ffffffffffff"),
            Uuid("00000000-0000-4001-8000-000000000000"), Uuid("00000000-0001-4000-7f00-000000000000"), Uuid("00000000-0001-4000-8000-000000000000"),
            Uuid("ffffffff-0000-4000-8000-000000000000"), Uuid("00000000-0000-f000-8000-000000000000"),
        ],
        ["timeuuid"] =
        [
            [], Uuid("00000000-0000-1000-8080-808080808080"), Uuid("00000000-0000-1000-8080-808080808081"), Uuid("00000000-0000-1000-ff00-000000000000"),
            Uuid("00000000-0000-1000-0080-000000000000"), Uuid("00000000-0000-1000-0000-000000000000"), Uuid("00000000-0000-1000-7f7f-7f7f7f7f7f7f"),
            Uuid("ffffffff-0000-1000-8000-000000000000"), Uuid("00000000-0001-1000-8000-000000000000"), Uuid("00000000-0000-1001-8000-000000000000"),
        ],
        ["inet"] = [[], [0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [127, 0, 0, 1], [127, 0, 0, 2], [.. Enumerable.Repeat((byte)0xFF, 4)], [.. Enumerable.Repeat((byte)0xFF, 16)]],
        ["frozen<list<int>>"] = [Collection(1), Collection(1, [[]]), Collection(1, [], Int(1)), Collection(1, Int(-1)), Collection(1, Int(0)), Collection(1, Int(0), Int(-5)), Collection(1, Int(0), Int(0)), Collection(1, Int(1))],
        ["frozen<set<text>>"] = [Collection(1), Collection(1, [[]]), Collection(1, [], [0]), Collection(1, [0]), Collection(1, Utf8("a")), Collection(1, Utf8("a"), Utf8("b")), Collection(1, Utf8("b"))],
        ["frozen<map<text, bigint>>"] =
        [
            Collection(2), Collection(2, Utf8("a"), Long(-1)), Collection(2, Utf8("a"), Long(1)), Collection(2, Utf8("a"), Long(1), Utf8("b"), Long(0)), Collection(2, Utf8("b"), Long(0)),
        ],
        ["frozen<list<frozen<set<double>>>>"] =
        [
            Collection(1), Collection(1, Collection(1)), Collection(1, Collection(1), Collection(1)), Collection(1, Collection(1, Double(1))), Collection(1, Collection(1, Double(1)), Collection(1)),
            Collection(1, Collection(1, Double(1), Double(2))), Collection(1, Collection(1, Double(double.PositiveInfinity))),
        ],
    };

    private static BigInteger[] Integers =>
        [.. new[] { long.MinValue, -65536, -32769, -32768, -257, -256, -255, -129, -128, -127, -2, -1, 0, 1, 2, 127, 128, 129, 255, 256, 32767, 32768, 65535, long.MaxValue }.Select(one => new BigInteger(one))];

    public static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static byte[] Int(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Long(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Float(float value) => Int(BitConverter.SingleToInt32Bits(value));

    public static byte[] Double(double value) => Long(BitConverter.DoubleToInt64Bits(value));

    public static byte[] Varint(BigInteger value) => value.ToByteArray(isBigEndian: true);

    public static byte[] Decimal(int scale, BigInteger unscaled) => [.. Int(scale), .. Varint(unscaled)];

    public static byte[] Uuid(string text) => Guid.Parse(text).ToByteArray(bigEndian: true);

    public static byte[] Collection(int width, params byte[][] values)
    {
        var writer = new CollectionWriter(width);
        foreach (var value in values)
        {
            writer.Add(value);
        }

        var destination = new ArrayBufferWriter<byte>();
        writer.CopyTo(destination);
        return destination.WrittenSpan.ToArray();
    }

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static byte[] Power(int sign, int exponent) => Varint(sign * BigInteger.Pow(2, exponent));
}
