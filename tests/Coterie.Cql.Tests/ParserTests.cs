using System.Collections.Immutable;
using Coterie.Cql.Syntax;
using Coterie.Model;

namespace Coterie.Cql.Tests;

public sealed class ParserTests
{
    [Theory]
    [InlineData("", "line 1:0")]
    [InlineData("   ", "statement expected")]
    [InlineData("SELEC * FROM t", "line 1:0 unexpected 'selec'")]
    [InlineData("SELECT * FROM", "end of statement")]
    [InlineData("SELECT *\nFROM t WHERE", "line 2:12")]
    [InlineData("SELECT * FROM t WHERE k", "operator expected")]
    [InlineData("SELECT * FROM t WHERE k =", "value expected")]
    [InlineData("SELECT * FROM t; SELECT * FROM t", "end of statement expected")]
    [InlineData("SELECT * FROM t LIMIT x", "LIMIT")]
    [InlineData("SELECT FROM t", "column or function expected")]
    [InlineData("SELECT * FROM select", "reserved word 'select'")]
    [InlineData("INSERT INTO t (k) VALUES ('abc)", "string without end")]
    [InlineData("INSERT INTO t (k) VALUES (\"abc)", "quoted name without end")]
    [InlineData("INSERT INTO t (k) VALUES ($$abc)", "string without end")]
    [InlineData("INSERT INTO t (k) VALUES (1) /* x", "comment without end")]
    [InlineData("INSERT INTO t (k) VALUES (0xg)", "hexadecimal")]
    [InlineData("INSERT INTO t (k) VALUES (12abc)", "neither a number nor a duration")]
    [InlineData("INSERT INTO t (k) VALUES (1) USING TTL 1 AND TTL 2", "each once")]
    [InlineData("INSERT INTO t (k) VALUES (1) USING TIMESTAMP 'x'", "TIMESTAMP expected")]
    [InlineData("INSERT INTO t (k) VALUES (#)", "unexpected character '#'")]
    [InlineData("INSERT INTO t (\"\") VALUES (1)", "empty name")]
    [InlineData("UPDATE t SET v = 1", "WHERE expected")]
    [InlineData("UPDATE t WHERE k = 1", "SET expected")]
    [InlineData("DELETE FROM t", "WHERE expected")]
    [InlineData("DELETE FROM t USING TTL 5 WHERE k = 1", "TIMESTAMP")]
    [InlineData("BEGIN BATCH SELECT * FROM t APPLY BATCH", "APPLY BATCH expected")]
    [InlineData("BEGIN BATCH INSERT INTO t (k) VALUES (1)", "APPLY BATCH expected")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY", "')' expected")]
    [InlineData("CREATE TABLE t (k int<)", "type expected")]
    [InlineData("CREATE FOO x", "something to CREATE")]
    [InlineData("DROP 5", "something to DROP")]
    [InlineData("INSERT INTO t (k) VALUES (:)", "name of a bind marker")]
    [InlineData("SELECT * FROM t WHERE k IN 5", "after IN")]
    [InlineData("INSERT INTO t (k) VALUES (- 'a')", "after '-'")]
    [InlineData("INSERT INTO t (k) VALUES (())", "empty tuple")]
    [InlineData("\0", "unexpected character")]
    public void Bad_syntax_is_refused_and_says_where(string text, string expected)
    {
        var exception = Assert.Throws<CqlSyntaxException>(() => StatementParser.Parse(text));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{", "}")]
    [InlineData("{1:", "}")]
    [InlineData("f(", ")")]
    [InlineData("(int)", "")]
    public void Ten_thousand_levels_of_terms_are_a_syntax_error(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));
        var exception = Assert.Throws<CqlSyntaxException>(() => StatementParser.Parse($"INSERT INTO t (k) VALUES ({deep})"));
        Assert.Contains("nested deeper", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_levels_of_types_and_relations_are_a_syntax_error()
    {
        var type = string.Concat(Enumerable.Repeat("list<", 10_000));
        Assert.Throws<CqlSyntaxException>(() => StatementParser.Parse($"CREATE TABLE t (k {type}"));
        var relation = new string('(', 10_000);
        Assert.Throws<CqlSyntaxException>(() => StatementParser.Parse($"SELECT * FROM t WHERE {relation}k = 1"));
    }

    [Fact]
    public void Levels_up_to_the_limit_are_fine()
    {
        var open = new string('[', Limits.NestingMax - 1);
        var close = new string(']', Limits.NestingMax - 1);
        Assert.IsType<InsertStatement>(StatementParser.Parse($"INSERT INTO t (k) VALUES ({open}1{close})"));
    }

    [Fact]
    public void A_statement_of_the_longest_length_is_read_and_a_longer_one_is_refused()
    {
        var head = "INSERT INTO t (k) VALUES ('";
        var text = head + new string('x', Limits.StatementBytesMax - head.Length - 2) + "')";
        var insert = Assert.IsType<InsertStatement>(StatementParser.Parse(text));
        Assert.Equal(Limits.StatementBytesMax - head.Length - 2, Assert.IsType<LiteralTerm>(insert.Values[0].Value).Text.Length);
        Assert.Throws<CqlInvalidException>(() => StatementParser.Parse(text + " "));
        Assert.Throws<CqlInvalidException>(() => StatementParser.Parse(head + new string('é', (Limits.StatementBytesMax / 2) + 1) + "')"));
    }

    [Fact]
    public void A_megabyte_of_small_words_is_read()
    {
        var list = string.Join(',', Enumerable.Repeat("1", 500_000));
        Assert.Equal(500_000, Assert.IsType<ListTerm>(Assert.IsType<InsertStatement>(
            StatementParser.Parse($"INSERT INTO t (k) VALUES ([{list}])")).Values[0].Value).Items.Length);
    }

    [Fact]
    public void Names_are_lower_case_unless_quoted()
    {
        var select = Assert.IsType<SelectStatement>(StatementParser.Parse("Select Foo, \"Bar\"\"Baz\", count AS \"Select\" From Ks.\"T\";"));
        Assert.Equal(new TableName("ks", "T"), select.Table);
        Assert.Equal(["foo", "Bar\"Baz", "count"], select.Selectors.Cast<ColumnSelector>().Select(s => s.Column));
        Assert.Equal("Select", select.Selectors[2].Alias);
    }

    [Fact]
    public void Words_that_are_not_reserved_are_names()
    {
        var select = Assert.IsType<SelectStatement>(StatementParser.Parse("SELECT json, distinct, ttl, key, filtering FROM type WHERE values = 1"));
        Assert.Equal(["json", "distinct", "ttl", "key", "filtering"], select.Selectors.Cast<ColumnSelector>().Select(s => s.Column));
        Assert.False(select.Distinct);
    }

    [Fact]
    public void Comments_and_space_are_skipped()
    {
        var use = StatementParser.Parse("-- one\n// two\n/* three\n*/ USE\t\"Ks\" ; ; -- end");
        Assert.Equal(new UseStatement("Ks"), use);
    }

    public static TheoryData<string, string> Terms => new()
    {
        { "1", "Integer 1" },
        { "-1", "Integer -1" },
        { "1.5e-3", "Float 1.5e-3" },
        { "-1.", "Float -1." },
        { "1e5", "Float 1e5" },
        { "-Infinity", "Float -Infinity" },
        { "nan", "Float NaN" },
        { "'it''s'", "String it's" },
        { "''", "String " },
        { "$$it's$$", "String it's" },
        { "TRUE", "Boolean true" },
        { "0xCaFe", "Hex CaFe" },
        { "0x", "Hex " },
        { "123e4567-e89b-12d3-a456-426614174000", "Uuid 123e4567-e89b-12d3-a456-426614174000" },
        { "abcdefab-e89b-12d3-a456-426614174000", "Uuid abcdefab-e89b-12d3-a456-426614174000" },
        { "1y2mo3w4d5h6m7s8ms9us10ns", "Duration 1y2mo3w4d5h6m7s8ms9us10ns" },
        { "-3h", "Duration -3h" },
        { "P1Y2M3DT4H", "Duration p1y2m3dt4h" },
        { "-P0001-02-03T04:05:06", "Duration -P0001-02-03T04:05:06" },
    };

    [Theory]
    [MemberData(nameof(Terms))]
    public void Constants_are_read(string text, string expected)
    {
        var literal = Assert.IsType<LiteralTerm>(Assert.IsType<InsertStatement>(StatementParser.Parse($"INSERT INTO t (k) VALUES ({text})")).Values[0].Value);
        Assert.Equal(expected, $"{literal.Kind} {literal.Text}");
    }

    [Fact]
    public void Markers_are_counted_in_the_order_of_the_text()
    {
        var batch = Assert.IsType<BatchStatement>(StatementParser.Parse(
            "BEGIN BATCH USING TIMESTAMP ? INSERT INTO t (k, v) VALUES (?, :a); UPDATE t SET v = :a WHERE k = ?; APPLY BATCH"));
        Assert.Equal([(1, 2), (3, 2)], batch.Statements.Select(s => (s.FirstMarker, s.MarkerCount)));
        Assert.Equal(5, batch.MarkerCount);
    }

    [Fact]
    public void Assignments_are_told_apart()
    {
        var update = Assert.IsType<UpdateStatement>(StatementParser.Parse(
            "UPDATE t SET a = 1, b = b + {1}, c = [1] + c, d = d - {1}, e['x'] = 2, f += [1], g -= [1] WHERE k = 1"));
        ImmutableArray<AssignmentKind> kinds =
        [
            AssignmentKind.Set, AssignmentKind.Append, AssignmentKind.Prepend, AssignmentKind.Remove, AssignmentKind.SetElement,
            AssignmentKind.Append, AssignmentKind.Remove,
        ];
        Assert.Equal(kinds, update.Assignments.Select(a => a.Kind));
    }
}
