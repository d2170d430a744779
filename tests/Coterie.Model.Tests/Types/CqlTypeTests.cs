using System.Buffers;
using System.Numerics;
using Coterie.Model.Types;
using CsCheck;

namespace Coterie.Model.Tests.Types;

public sealed class CqlTypeTests
{
    public static TheoryData<string> KeyTypes => [.. TypeSamples.Ascending.Keys];

    [Fact]
    public void Every_type_that_a_key_may_have_is_in_the_samples() =>
        Assert.Subset(
            new SortedSet<string>(TypeSamples.Ascending.Keys, StringComparer.Ordinal),
            new SortedSet<string>(NativeType.All.Where(type => type.AllowedInKey).Select(type => type.CqlName), StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Values_compare_in_the_order_of_Cassandra(string name)
    {
        var type = CqlTypeParser.Parse(name);
        ForAllPairs(name, (left, right, order) => Assert.Equal(order, Math.Sign(type.Compare(left, right))));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Ordered_encodings_compare_as_the_values_do_and_none_begins_another(string name)
    {
        var type = CqlTypeParser.Parse(name);
        ForAllPairs(name, (left, right, order) =>
        {
            if (left.Length > 0 && right.Length > 0)
            {
                var (leftKey, rightKey) = (Encode(type, left), Encode(type, right));
                Assert.Equal(order, Math.Sign(leftKey.AsSpan().SequenceCompareTo(rightKey)));
                Assert.Equal(order == 0, leftKey.AsSpan().StartsWith(rightKey));
            }
        });
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Ordered_encodings_are_read_back_and_know_their_end(string name)
    {
        var type = CqlTypeParser.Parse(name);
        foreach (var value in TypeSamples.Ascending[name].Where(value => value.Length > 0))
        {
            type.Validate(value);
            var key = Encode(type, value);
            var decoded = new ArrayBufferWriter<byte>();
            Assert.Equal(key.Length, type.DecodeOrdered([.. key, 0xAB, 0x00], decoded));
            Assert.Equal(value, decoded.WrittenSpan.ToArray());
            for (var length = 0; length < key.Length; length++)
            {
                Assert.Throws<MalformedDataException>(() => type.DecodeOrdered(key.AsSpan(0, length), new ArrayBufferWriter<byte>()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Damaged_ordered_encodings_are_refused_or_are_of_another_value(string name)
    {
        var type = CqlTypeParser.Parse(name);
        var keys = TypeSamples.Ascending[name].Where(value => value.Length > 0).Select(value => Encode(type, value)).ToArray();
        Gen.Select(Gen.Int[0, keys.Length - 1], Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample(
            (which, where, with, cut) =>
            {
                var key = keys[which].ToArray();
                key[where % key.Length] = with;
                key = cut ? key[..(where % key.Length)] : key;
                var decoded = new ArrayBufferWriter<byte>();
                if (!IsRefused(() => type.DecodeOrdered(key, decoded)) && !IsRefused(() => type.Validate(decoded.WrittenSpan)) && decoded.WrittenCount > 0)
                {
                    Assert.True(key.AsSpan().StartsWith(Encode(type, decoded.WrittenSpan.ToArray())));
                }
            },
            iter: 5_000);
    }

    [Fact]
    public void Random_bytes_are_values_or_refused()
    {
        foreach (var type in AllTypes())
        {
            Gen.Byte.Array[0, 40].Sample(
                value =>
                {
                    if (!IsRefused(() => type.Validate(value)))
                    {
                        type.Compare(value, value);
                        type.WriteNormal(value, new ArrayBufferWriter<byte>());
                    }

                    IsRefused(() => type.DecodeOrdered(value, new ArrayBufferWriter<byte>()));
                },
                iter: 3_000);
        }
    }

    [Fact]
    public void Random_numbers_compare_as_numbers()
    {
        var integers = Gen.Byte.Array[1, 12].Select(bytes => new BigInteger(bytes));
        Gen.Select(integers, integers).Sample(
            (x, y) => AssertOrder(NativeType.Varint, TypeSamples.Varint(x), TypeSamples.Varint(y), x.CompareTo(y)), iter: 10_000);
        Gen.Select(integers, integers, Gen.Int[-8, 8], Gen.Int[-8, 8]).Sample(
            (x, y, xScale, yScale) =>
            {
                var byNumber = (x * BigInteger.Pow(10, 8 - xScale)).CompareTo(y * BigInteger.Pow(10, 8 - yScale));
                AssertOrder(NativeType.Decimal, TypeSamples.Decimal(xScale, x), TypeSamples.Decimal(yScale, y), byNumber != 0 ? byNumber : xScale.CompareTo(yScale));
            },
            iter: 10_000);
        Gen.Select(Gen.Double, Gen.Double).Sample(
            (x, y) =>
            {
                // .NET puts NaN first and takes the zeros for equal; both are in the samples.
                if (!double.IsNaN(x) && !double.IsNaN(y) && (x != 0 || y != 0))
                {
                    AssertOrder(NativeType.Double, TypeSamples.Double(x), TypeSamples.Double(y), x.CompareTo(y));
                }
            },
            iter: 10_000);
    }

    [Fact]
    public void A_varint_with_bytes_to_spare_is_the_same_key()
    {
        Assert.Equal(0, NativeType.Varint.Compare([0xFF, 0x80], [0x80]));
        Assert.Equal(Encode(NativeType.Varint, [0x80]), Encode(NativeType.Varint, [0xFF, 0xFF, 0x80]));
        Assert.Equal(Encode(NativeType.Varint, [0]), Encode(NativeType.Varint, [0, 0]));
        Assert.NotEqual(Encode(NativeType.Varint, [0xFF]), Encode(NativeType.Varint, [0, 0xFF]));
        Assert.Equal(Encode(NativeType.Decimal, [0, 0, 0, 1, 0x80]), Encode(NativeType.Decimal, [0, 0, 0, 1, 0xFF, 0x80]));
    }

    [Fact]
    public void Every_NaN_is_the_same_key_and_the_greatest()
    {
        byte[] negative = [0xFF, 0xF8, 0, 0, 0, 0, 0, 1];
        Assert.Equal(0, NativeType.Double.Compare(negative, TypeSamples.Double(double.NaN)));
        Assert.Equal(Encode(NativeType.Double, negative), Encode(NativeType.Double, TypeSamples.Long(0x7FF8_0000_0000_0000)));
        Assert.True(NativeType.Double.Compare(negative, TypeSamples.Double(double.PositiveInfinity)) > 0);
    }

    [Theory]
    [InlineData("ascii", "80")]
    [InlineData("text", "C0AF")]
    [InlineData("text", "EDA080")]
    [InlineData("text", "E282")]
    [InlineData("boolean", "02")]
    [InlineData("boolean", "0000")]
    [InlineData("tinyint", "")]
    [InlineData("tinyint", "0000")]
    [InlineData("smallint", "")]
    [InlineData("int", "000000")]
    [InlineData("int", "0000000000")]
    [InlineData("bigint", "00")]
    [InlineData("float", "0000000000000000")]
    [InlineData("double", "00000000")]
    [InlineData("decimal", "00000000")]
    [InlineData("date", "")]
    [InlineData("time", "")]
    [InlineData("time", "FFFFFFFFFFFFFFFF")]
    [InlineData("time", "00004E94914F0000")]
    [InlineData("uuid", "00")]
    [InlineData("timeuuid", "00000000000040008000000000000000")]
    [InlineData("inet", "0000000000")]
    [InlineData("duration", "")]
    [InlineData("duration", "0202")]
    [InlineData("duration", "02020200")]
    [InlineData("duration", "020102")]
    [InlineData("duration", "F8FFFFFFFFFF0000")]
    [InlineData("list<int>", "")]
    [InlineData("list<int>", "00000001")]
    [InlineData("list<int>", "FFFFFFFF")]
    [InlineData("list<int>", "7FFFFFFF00000000")]
    [InlineData("list<int>", "00000001FFFFFFFF")]
    [InlineData("list<int>", "000000010000000400000000FF")]
    [InlineData("list<int>", "0000000100000003000000")]
    [InlineData("list<int>", "000000010000000500000000")]
    [InlineData("map<int, text>", "000000010000000400000000")]
    [InlineData("list<frozen<list<int>>>", "000000010000000400000002")]
    public void What_is_no_value_is_refused(string type, string hex)
    {
        var refusal = Assert.Throws<MalformedDataException>(() => CqlTypeParser.Parse(type).Validate(Convert.FromHexString(hex)));
        Assert.NotEmpty(refusal.Message);
    }

    [Theory]
    [InlineData("duration", "020202")]
    [InlineData("duration", "010101")]
    [InlineData("duration", "F0FFFFFFFFF0FFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("duration", "000000")]
    [InlineData("duration", "F0FFFFFFFE00FFFFFFFFFFFFFFFFFE")]
    [InlineData("varint", "0000")]
    [InlineData("text", "F09F9880")]
    public void What_is_a_value_is_accepted(string type, string hex) => CqlTypeParser.Parse(type).Validate(Convert.FromHexString(hex));

    [Fact]
    public void Sets_and_maps_are_brought_into_one_form()
    {
        var set = CqlTypeParser.Parse("frozen<list<set<int>>>");
        Assert.True(set.HasNormalForm);
        Assert.Equal(
            TypeSamples.Collection(1, TypeSamples.Collection(1, TypeSamples.Int(-1), TypeSamples.Int(2), TypeSamples.Int(3))),
            Normal(set, TypeSamples.Collection(1, TypeSamples.Collection(1, TypeSamples.Int(3), TypeSamples.Int(-1), TypeSamples.Int(3), TypeSamples.Int(2)))));

        var map = CqlTypeParser.Parse("map<text, frozen<set<int>>>");
        Assert.Equal(
            TypeSamples.Collection(2, "a"u8.ToArray(), TypeSamples.Collection(1, TypeSamples.Int(1), TypeSamples.Int(2)), "b"u8.ToArray(), TypeSamples.Collection(1)),
            Normal(map, TypeSamples.Collection(2, "b"u8.ToArray(), TypeSamples.Collection(1, TypeSamples.Int(7)), "a"u8.ToArray(), TypeSamples.Collection(1, TypeSamples.Int(2), TypeSamples.Int(1)), "b"u8.ToArray(), TypeSamples.Collection(1))));

        Assert.False(CqlTypeParser.Parse("frozen<list<int>>").HasNormalForm);
    }

    [Fact]
    public void A_huge_scale_costs_nothing_and_a_huge_number_is_no_key()
    {
        byte[] tiny = [0x7F, 0xFF, 0xFF, 0xFF, 1];
        byte[] vast = [0x80, 0, 0, 0, 1];
        Assert.True(NativeType.Decimal.Compare(tiny, vast) < 0);
        Assert.Throws<MalformedDataException>(() => NativeType.Decimal.Compare(tiny, [0, 0, 0, 0, .. Enumerable.Repeat((byte)1, Limits.PartitionKeyBytesMax + 1)]));
    }

    [Fact]
    public void Durations_and_what_is_not_frozen_are_not_for_keys()
    {
        foreach (var name in (string[])["duration", "list<int>", "frozen<list<duration>>", "frozen<map<int, duration>>", "set<text>"])
        {
            var type = CqlTypeParser.Parse(name);
            Assert.False(type.AllowedInKey);
            Assert.Throws<BrokenRequestException>(() => type.EncodeOrdered([0, 0, 0, 0], new ArrayBufferWriter<byte>()));
        }
    }

    [Fact]
    public void Options_are_those_of_the_protocol()
    {
        var destination = new ArrayBufferWriter<byte>();
        CqlTypeParser.Parse("map<text, frozen<list<duration>>>").WriteOption(destination);
        Assert.Equal("0021000D00200015", Convert.ToHexString(destination.WrittenSpan));
        Assert.Equal(
            "0001 0002 0003 0004 0011 0006 0007 0015 0008 0010 0009 0013 000D 0012 000B 000F 0014 000C 000E",
            string.Join(' ', NativeType.All.Select(type => type.OptionId.ToString("X4", System.Globalization.CultureInfo.InvariantCulture))));
    }

    private static IEnumerable<CqlType> AllTypes() =>
        NativeType.All.Concat(new[] { "list<int>", "set<varint>", "frozen<map<decimal, frozen<list<text>>>>", "frozen<list<frozen<map<float, timeuuid>>>>" }.Select(name => CqlTypeParser.Parse(name)));

    private static void ForAllPairs(string name, Action<byte[], byte[], int> check)
    {
        var values = TypeSamples.Ascending[name];
        Assert.True(values.Length > 2);
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = 0; j < values.Length; j++)
            {
                check(values[i], values[j], i.CompareTo(j));
            }
        }
    }

    private static void AssertOrder(CqlType type, byte[] left, byte[] right, int order)
    {
        Assert.Equal(Math.Sign(order), Math.Sign(type.Compare(left, right)));
        Assert.Equal(Math.Sign(order), Math.Sign(Encode(type, left).AsSpan().SequenceCompareTo(Encode(type, right))));
    }

    private static byte[] Encode(CqlType type, byte[] value)
    {
        var destination = new ArrayBufferWriter<byte>();
        type.EncodeOrdered(value, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static byte[] Normal(CqlType type, byte[] value)
    {
        var destination = new ArrayBufferWriter<byte>();
        type.WriteNormal(value, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static bool IsRefused(Action reading)
    {
        try
        {
            reading();
            return false;
        }
        catch (MalformedDataException)
        {
            return true;
        }
    }
}
