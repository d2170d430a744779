using Coterie.Cql.Binding;
using Coterie.Cql.Syntax;
using Coterie.Model.Types;

namespace Coterie.Cql.Tests;

/// <summary>Constants as wire bytes (native protocol v4 §6).</summary>
public sealed class LiteralTests
{
    private static LiteralTerm Parse(string text) => Assert.IsType<LiteralTerm>(
        Assert.IsType<InsertStatement>(StatementParser.Parse($"INSERT INTO t (k) VALUES ({text})")).Values[0].Value);

    [Theory]
    [InlineData("tinyint", "-128", "80")]
    [InlineData("smallint", "32767", "7fff")]
    [InlineData("int", "-1", "ffffffff")]
    [InlineData("bigint", "-9223372036854775808", "8000000000000000")]
    [InlineData("varint", "0", "00")]
    [InlineData("varint", "128", "0080")]
    [InlineData("varint", "-129", "ff7f")]
    [InlineData("varint", "123456789012345678901234567890", "018ee90ff6c373e0ee4e3f0ad2")]
    [InlineData("float", "1", "3f800000")]
    [InlineData("float", "1.5", "3fc00000")]
    [InlineData("float", "-Infinity", "ff800000")]
    [InlineData("float", "NaN", "7fc00000")]
    [InlineData("float", "-NaN", "7fc00000")]
    [InlineData("double", "nan", "7ff8000000000000")]
    [InlineData("inet", "'010.001.1.9'", "0a010109")]
    [InlineData("inet", "'::ffff:1.2.3.4'", "01020304")]
    [InlineData("double", "1e3", "408f400000000000")]
    [InlineData("double", "Infinity", "7ff0000000000000")]
    [InlineData("double", "-0.0", "8000000000000000")]
    [InlineData("decimal", "1.50", "000000020096")]
    [InlineData("decimal", "-5", "00000000fb")]
    [InlineData("decimal", "1e5", "fffffffb01")]
    [InlineData("decimal", "1.5E-3", "000000040f")]
    [InlineData("text", "'é'", "c3a9")]
    [InlineData("text", "''", "")]
    [InlineData("ascii", "'a'", "61")]
    [InlineData("boolean", "true", "01")]
    [InlineData("boolean", "FALSE", "00")]
    [InlineData("blob", "0x", "")]
    [InlineData("blob", "0xCAfe", "cafe")]
    [InlineData("uuid", "123e4567-e89b-42d3-a456-426614174000", "123e4567e89b42d3a456426614174000")]
    [InlineData("timeuuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000")]
    [InlineData("inet", "'127.0.0.1'", "7f000001")]
    [InlineData("inet", "'::1'", "00000000000000000000000000000001")]
    [InlineData("date", "'1970-01-01'", "80000000")]
    [InlineData("date", "'1969-12-31'", "7fffffff")]
    [InlineData("date", "'2000-02-29'", "80002b08")]
    [InlineData("date", "2147483648", "80000000")]
    [InlineData("time", "'00:00:01.5'", "0000000059682f00")]
    [InlineData("time", "'23:59:59.999999999'", "00004e94914effff")]
    [InlineData("time", "5", "0000000000000005")]
    [InlineData("timestamp", "-1", "ffffffffffffffff")]
    [InlineData("timestamp", "'1234'", "00000000000004d2")]
    [InlineData("timestamp", "'1970-01-02'", "0000000005265c00")]
    [InlineData("timestamp", "'1970-01-01T00:00:01Z'", "00000000000003e8")]
    [InlineData("timestamp", "'1970-01-01 01:00:00.123+0100'", "000000000000007b")]
    [InlineData("timestamp", "'1970-01-01 00:00-00:01'", "000000000000ea60")]
    [InlineData("timestamp", "'1970-01-01 00:00:00.123456+0000'", "000000000000007b")]
    [InlineData("duration", "1mo2d3ns", "020406")]
    [InlineData("duration", "-1y", "170000")]
    [InlineData("duration", "P1M2D", "020400")]
    [InlineData("duration", "P1W", "000e00")]
    [InlineData("duration", "P0001-02-03T00:00:00", "1c0600")]
    [InlineData("duration", "64d", "00808000")]
    [InlineData("duration", "9223372036854775807ns", "0000fffffffffffffffffe")]
    public void A_constant_becomes_the_bytes_of_its_type(string type, string literal, string? hex)
    {
        var bytes = Literals.Encode(Parse(literal), CqlTypeParser.Parse(type), "c");
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("tinyint", "128")]
    [InlineData("int", "2147483648")]
    [InlineData("bigint", "9223372036854775808")]
    [InlineData("int", "1.0")]
    [InlineData("int", "'1'")]
    [InlineData("int", "true")]
    [InlineData("text", "1")]
    [InlineData("text", "0xff")]
    [InlineData("blob", "'ff'")]
    [InlineData("blob", "0xfff")]
    [InlineData("ascii", "'é'")]
    [InlineData("boolean", "1")]
    [InlineData("boolean", "'true'")]
    [InlineData("float", "'1'")]
    [InlineData("decimal", "NaN")]
    [InlineData("decimal", "1e99999999999")]
    [InlineData("uuid", "'x'")]
    [InlineData("timeuuid", "123e4567-e89b-42d3-a456-426614174000")]
    [InlineData("inet", "'localhost'")]
    [InlineData("inet", "'1'")]
    [InlineData("inet", "'1.2.3'")]
    [InlineData("inet", "'1.2.3.256'")]
    [InlineData("inet", "'fe80::1%eth0'")]
    [InlineData("date", "'2001-02-29'")]
    [InlineData("date", "'2001-13-01'")]
    [InlineData("date", "-1")]
    [InlineData("time", "'24:00:00'")]
    [InlineData("time", "86400000000000")]
    [InlineData("time", "-1")]
    [InlineData("timestamp", "'yesterday'")]
    [InlineData("timestamp", "'1970-01-01 25:00'")]
    [InlineData("timestamp", "1.5")]
    [InlineData("duration", "5")]
    [InlineData("duration", "1d1y")]
    [InlineData("duration", "1d1d")]
    [InlineData("duration", "9999999999y")]
    [InlineData("list<int>", "5")]
    public void A_constant_of_another_type_or_out_of_range_is_refused_by_name(string type, string literal)
    {
        var parsed = Parse(literal);
        var exception = Assert.Throws<CqlInvalidException>(() => Literals.Encode(parsed, CqlTypeParser.Parse(type), "the_column"));
        Assert.Contains(type, exception.Message, StringComparison.Ordinal);
        Assert.Contains("the_column", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_numbers_are_refused_rather_than_computed()
    {
        var digits = new string('9', 100_000);
        Assert.Throws<CqlInvalidException>(() => Literals.Encode(new LiteralTerm(LiteralKind.Integer, digits), NativeType.Varint, "c"));
        Assert.Throws<CqlInvalidException>(() => Literals.Encode(new LiteralTerm(LiteralKind.Integer, digits), NativeType.Decimal, "c"));
        Assert.Throws<CqlInvalidException>(() => Literals.Encode(new LiteralTerm(LiteralKind.String, digits), NativeType.Timestamp, "c"));
    }
}
