using Coterie.Cql.Plans;
using Coterie.Cql.Tests.Support;

namespace Coterie.Cql.Tests;

/// <summary>What a condition makes of rows as they are; who reads them and keeps them still is tested where leaders are.</summary>
public sealed class ConditionalWriteTests
{
    private readonly Database _db = new();

    public ConditionalWriteTests() =>
        _db.Create("CREATE TABLE t (k int, c int, s int static, v int, l list<int>, m map<text, int>, z set<int>, PRIMARY KEY (k, c))");

    [Fact]
    public void A_row_that_is_not_there_is_inserted_once()
    {
        Assert.Null(_db.WriteIf("INSERT INTO t (k, c, v) VALUES (1, 1, 5) IF NOT EXISTS"));
        Assert.Equal(["false|1|1|null|null|null|5|null"], _db.WriteIf("INSERT INTO t (k, c, v) VALUES (1, 1, 6) IF NOT EXISTS"));
        Assert.Equal(["5"], _db.Read("SELECT v FROM t WHERE k = 1"));
    }

    [Fact]
    public void A_row_that_has_expired_or_was_deleted_is_not_there()
    {
        _db.Write("INSERT INTO t (k, c, v) VALUES (1, 1, 5) USING TTL 10");
        Assert.NotNull(_db.WriteIf("INSERT INTO t (k, c, v) VALUES (1, 1, 6) IF NOT EXISTS"));
        _db.NowSeconds += 11;
        Assert.Equal([], _db.WriteIf("UPDATE t SET v = 7 WHERE k = 1 AND c = 1 IF EXISTS"));
        Assert.Null(_db.WriteIf("INSERT INTO t (k, c, v) VALUES (1, 1, 6) IF NOT EXISTS"));
        _db.Write("DELETE FROM t WHERE k = 1");
        Assert.Equal([], _db.WriteIf("DELETE FROM t WHERE k = 1 AND c = 1 IF EXISTS"));
    }

    [Fact]
    public void A_static_row_is_not_a_row_and_may_be_all_there_is()
    {
        Assert.Null(_db.WriteIf("INSERT INTO t (k, s) VALUES (1, 3) IF NOT EXISTS"));
        Assert.NotNull(_db.WriteIf("INSERT INTO t (k, s) VALUES (1, 3) IF NOT EXISTS"));
        Assert.Equal(["false|3"], _db.WriteIf("UPDATE t SET s = 5 WHERE k = 1 IF s = 4"));
        Assert.Null(_db.WriteIf("INSERT INTO t (k, c, v) VALUES (1, 1, 1) IF NOT EXISTS"));
        Assert.Null(_db.WriteIf("UPDATE t SET v = 2 WHERE k = 1 AND c = 1 IF s = 3 AND v = 1"));
        Assert.Equal(["3|2"], _db.Read("SELECT s, v FROM t WHERE k = 1"));
    }

    [Fact]
    public void What_is_not_there_equals_null_and_differs_from_everything()
    {
        Assert.Equal([], _db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v = 5"));
        Assert.Equal([], _db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v < 5"));
        Assert.Equal([], _db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF l != []"));
        Assert.Null(_db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v != 5 AND l = [] AND m = null AND m['x'] = null AND v IN (7, null)"));
        Assert.Equal(["false|1"], _db.WriteIf("UPDATE t SET v = 2 WHERE k = 1 AND c = 1 IF v = null"));
    }

    [Fact]
    public void Values_and_elements_are_bound()
    {
        const string Update = "UPDATE t SET v = ? WHERE k = ? AND c = ? IF m[?] = ? AND l[?] > ? AND z = ? AND v IN ?";
        _db.Write("INSERT INTO t (k, c, v, m, l, z) VALUES (1, 1, 1, {'a': 1, 'b': 2}, [10, 20], {3, 4})");
        Assert.NotNull(_db.WriteIf(Update, 2, 1, 1, "b", 1, 1, 15, new[] { 4, 3 }, new[] { 0, 1 }));
        Assert.Null(_db.WriteIf(Update, 2, 1, 1, "b", 2, 1, 15, new[] { 4, 3 }, new[] { 0, 1 }));
        Assert.Equal(["2"], _db.Read("SELECT v FROM t WHERE k = 1"));
    }

    [Fact]
    public void What_a_statement_must_read_first_is_read_with_its_condition()
    {
        _db.Write("INSERT INTO t (k, c, v, l) VALUES (1, 1, 1, [1, 2, 3])");
        Assert.Null(_db.WriteIf("UPDATE t SET l = l - [2] WHERE k = 1 AND c = 1 IF v = 1"));
        Assert.Null(_db.WriteIf("BEGIN BATCH UPDATE t SET l[0] = 9 WHERE k = 1 AND c = 1; INSERT INTO t (k, c) VALUES (1, 2) IF NOT EXISTS; APPLY BATCH"));
        Assert.Equal(["1|[9,3]", "2|null"], _db.Read("SELECT c, l FROM t WHERE k = 1"));
    }

    [Fact]
    public void A_batch_is_written_if_all_conditions_hold_and_else_shows_all_rows_that_it_asked_for()
    {
        const string Batch = "BEGIN BATCH UPDATE t SET v = 2 WHERE k = 1 AND c = 1 IF v = 1; DELETE FROM t WHERE k = 1 AND c = 2 IF v = ?; "
            + "INSERT INTO t (k, c, v) VALUES (1, 3, ?); APPLY BATCH";
        _db.Write("INSERT INTO t (k, c, v) VALUES (1, 1, 1)");
        _db.Write("INSERT INTO t (k, c, v) VALUES (1, 2, 5)");
        Assert.Equal(["false|1|1|1", "false|1|2|5"], _db.WriteIf(Batch, 6, 3));
        Assert.Null(_db.WriteIf(Batch, 5, 3));
        Assert.Equal(["1|2", "3|3"], _db.Read("SELECT c, v FROM t WHERE k = 1"));
    }

    [Fact]
    public void A_batch_of_which_one_asks_whether_a_row_exists_shows_all_columns()
    {
        _db.Write("INSERT INTO t (k, c, v) VALUES (1, 1, 1)");
        Assert.Equal(
            ["false|1|1|null|null|null|1|null"],
            _db.WriteIf("BEGIN BATCH INSERT INTO t (k, c, v) VALUES (1, 1, 9) IF NOT EXISTS; UPDATE t SET v = 2 WHERE k = 1 AND c = 2 IF v = 1; APPLY BATCH"));
    }

    [Theory]
    [InlineData("BEGIN BATCH INSERT INTO t (k, c) VALUES (1, 1) IF NOT EXISTS; INSERT INTO t (k, c) VALUES (2, 1); APPLY BATCH", "multiple partitions")]
    [InlineData("BEGIN BATCH INSERT INTO t (k, c) VALUES (1, 1) IF NOT EXISTS; DELETE FROM t WHERE k IN (1, 2); APPLY BATCH", "multiple partitions")]
    [InlineData("BEGIN BATCH INSERT INTO t (k, c) VALUES (1, 1) IF NOT EXISTS; INSERT INTO u (k, v) VALUES (1, 1); APPLY BATCH", "multiple tables")]
    [InlineData("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v > null", "Invalid comparison with null")]
    [InlineData("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF m[null] = 1", "Invalid null value for the element access of m")]
    public void What_only_its_execution_shows_to_be_wrong_is_refused(string text, string message)
    {
        _db.Create("CREATE TABLE u (k int PRIMARY KEY, v int)");
        Assert.Contains(message, Assert.Throws<CqlInvalidException>(() => _db.WriteIf(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_value_is_an_error_whatever_the_other_conditions_say()
    {
        Assert.Throws<CqlInvalidException>(() => _db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v = 99 AND v > ?", [null]));
        Assert.Throws<CqlInvalidException>(() => _db.WriteIf("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v IN ?", [null]));
    }

    [Theory]
    [InlineData("INSERT INTO t (k, c) VALUES (1, 1) IF EXISTS", "INSERT can have no other condition")]
    [InlineData("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF NOT EXISTS", "only INSERT can have IF NOT EXISTS")]
    [InlineData("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v", "operator expected")]
    [InlineData("UPDATE t SET v = 1 WHERE k = 1 AND c = 1 IF v IN 5", "list in parentheses or bind marker expected")]
    [InlineData("DELETE FROM t WHERE k = 1 AND c = 1 IF v = 1 OR v = 2", "OR")]
    public void What_is_not_a_condition_is_a_syntax_error(string text, string message) =>
        Assert.Contains(message, Assert.Throws<CqlSyntaxException>(() => _db.Compile(text)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Statements_say_whether_they_are_conditional()
    {
        Assert.False(_db.Compile<ModificationPlan>("INSERT INTO t (k, c) VALUES (1, 1)").IsConditional);
        Assert.True(_db.Compile<ModificationPlan>("INSERT INTO t (k, c) VALUES (1, 1) IF NOT EXISTS").IsConditional);
        Assert.True(_db.Compile<BatchPlan>("BEGIN BATCH DELETE FROM t WHERE k = 1; DELETE FROM t WHERE k = 1 AND c = 1 IF EXISTS; APPLY BATCH").IsConditional);
    }
}
