using Coterie.Model.Types;
using CsCheck;

namespace Coterie.Model.Tests.Types;

public sealed class CqlTypeParserTests
{
    [Theory]
    [InlineData("int", "int")]
    [InlineData("VarChar", "text")]
    [InlineData(" list < int > ", "list<int>")]
    [InlineData("map<text,int>", "map<text, int>")]
    [InlineData("frozen<map<text, list<set<uuid>>>>", "frozen<map<text, frozen<list<frozen<set<uuid>>>>>>")]
    [InlineData("set<frozen<list<text>>>", "set<frozen<list<text>>>")]
    [InlineData("frozen<frozen<list<int>>>", "frozen<list<int>>")]
    public void Names_are_read_and_written_in_one_way(string name, string written)
    {
        var type = CqlTypeParser.Parse(name);
        Assert.Equal(written, type.CqlName);
        Assert.Equal(type, CqlTypeParser.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("integer")]
    [InlineData("counter")]
    [InlineData("list")]
    [InlineData("list<int")]
    [InlineData("list<int>>")]
    [InlineData("map<int>")]
    [InlineData("frozen<int>")]
    [InlineData("list<list<int>>")]
    [InlineData("int int")]
    [InlineData("<int>")]
    public void What_is_no_type_is_refused(string name) => Assert.Throws<MalformedDataException>(() => CqlTypeParser.Parse(name));

    [Fact]
    public void Nesting_is_bounded()
    {
        static string Nested(int depth) => $"frozen<{string.Concat(Enumerable.Repeat("list<", depth))}int{new string('>', depth)}>";
        Assert.Equal("int", ((ListType)CqlTypeParser.Parse(Nested(1))).Element.CqlName);
        Assert.True(CqlTypeParser.Parse(Nested(Limits.NestingMax - 1)).AllowedInKey);
        Assert.Throws<MalformedDataException>(() => CqlTypeParser.Parse(Nested(Limits.NestingMax)));
        Assert.Throws<MalformedDataException>(() => CqlTypeParser.Parse(Nested(100_000)));
    }

    [Fact]
    public void Random_names_are_types_or_refused() =>
        Gen.OneOf("list<", "set<", "map<", "frozen<", "int", "text", ",", ">", " ", "x").Array[0, 12].Select(string.Concat).Sample(
            name =>
            {
                try
                {
                    var type = CqlTypeParser.Parse(name);
                    Assert.Equal(type, CqlTypeParser.Parse(type.CqlName));
                }
                catch (MalformedDataException)
                {
                    // As it should be.
                }
            },
            iter: 20_000);
}
