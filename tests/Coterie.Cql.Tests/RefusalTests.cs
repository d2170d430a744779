using Coterie.Cql.Tests.Support;

namespace Coterie.Cql.Tests;

/// <summary>What is CQL but not possible is refused, and the message names it.</summary>
public sealed class RefusalTests
{
    private readonly Database _db = new();

    public RefusalTests()
    {
        _db.Create("CREATE TABLE t (k int, c int, d int, v int, s int static, l list<int>, f frozen<list<int>>, PRIMARY KEY (k, c, d))");
        _db.Create("CREATE TABLE two (a int, b int, v int, PRIMARY KEY ((a, b)))");
        _db.Create("CREATE TABLE mixed (k int, c int, d int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (c ASC, d DESC)");
    }

    public static TheoryData<string, string> Statements => new()
    {
        // Statements that are not there.
        { "ALTER TABLE t ADD x int", "ALTER TABLE" },
        { "ALTER KEYSPACE system WITH durable_writes = true", "not user-modifiable" },
        { "CREATE INDEX ON t (v)", "CREATE INDEX" },
        { "CREATE CUSTOM INDEX i ON t (v) USING 'x'", "CREATE CUSTOM INDEX" },
        { "CREATE TYPE y (a int)", "CREATE TYPE" },
        { "CREATE OR REPLACE FUNCTION f () RETURNS NULL ON NULL INPUT", "CREATE FUNCTION" },
        { "CREATE AGGREGATE a (int)", "CREATE AGGREGATE" },
        { "CREATE MATERIALIZED VIEW v AS SELECT * FROM t", "CREATE MATERIALIZED VIEW" },
        { "CREATE ROLE r", "CREATE ROLE" },
        { "CREATE USER u", "CREATE USER" },
        { "CREATE TRIGGER x ON t USING 'y'", "CREATE TRIGGER" },
        { "DROP INDEX i", "DROP INDEX" },
        { "DROP MATERIALIZED VIEW v", "DROP MATERIALIZED VIEW" },
        { "DROP ROLE r", "DROP ROLE" },
        { "GRANT ALL ON t TO r", "GRANT" },
        { "REVOKE ALL ON t FROM r", "REVOKE" },
        { "LIST ROLES", "LIST" },
        { "DESCRIBE TABLES", "DESCRIBE" },

        // Parts of statements that are not there.
        { "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 IF v.f = 1", "field of a user-defined type" },
        { "UPDATE t SET v = 1 WHERE k IN (1, 2) AND c = 1 AND d = 1 IF v = 1", "IN on the partition key" },
        { "UPDATE t SET v = 1 WHERE k = 1 AND c IN (1, 2) AND d = 1 IF EXISTS", "IN on the clustering key" },
        { "DELETE FROM t WHERE k = 1 IF EXISTS", "must restrict all PRIMARY KEY columns" },
        { "INSERT INTO t JSON '{}'", "INSERT JSON" },
        { "SELECT JSON * FROM t", "SELECT JSON" },
        { "SELECT k FROM t GROUP BY k", "GROUP BY" },
        { "SELECT k FROM t PER PARTITION LIMIT 1", "PER PARTITION LIMIT" },
        { "BEGIN COUNTER BATCH APPLY BATCH", "COUNTER" },
        { "SELECT CAST(v AS text) FROM t", "CAST" },
        { "SELECT v + 1 FROM t", "arithmetic" },
        { "UPDATE t SET v = v + 1 WHERE k = 1 AND c = 1 AND d = 1", "non collection column v" },
        { "UPDATE t SET v = 1 + 1 WHERE k = 1 AND c = 1 AND d = 1", "arithmetic" },
        { "SELECT max(v) FROM t", "max(v)" },
        { "SELECT l[0] FROM t", "l[" },
        { "SELECT 5 FROM t", "'5'" },
        { "SELECT count(*), k FROM t", "count()" },
        { "SELECT writetime(l) FROM t", "l" },
        { "SELECT ttl(k) FROM t", "PRIMARY KEY part k" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, myfun(1))", "myfun" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, ks.f(1))", "ks.f" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, {a: 1})", "user-defined type" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, (1, 2))", "tuples" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, now())", "now" },

        // What would need filtering.
        { "SELECT * FROM t WHERE v = 1", "\"v\"" },
        { "SELECT * FROM t WHERE v = 1 ALLOW FILTERING", "ALLOW FILTERING" },
        { "SELECT * FROM t WHERE k = 1 AND c = 1 AND d = 1 AND v = 1 ALLOW FILTERING", "\"v\"" },
        { "SELECT * FROM t WHERE c = 1", "\"c\"" },
        { "SELECT * FROM t WHERE token(k) > 1 AND c = 1", "\"c\"" },
        { "SELECT * FROM two WHERE a = 1", "\"a\"" },
        { "SELECT * FROM t WHERE k = 1 AND d = 1", "\"d\"" },
        { "SELECT * FROM t WHERE k = 1 AND c > 1 AND d = 1", "\"d\"" },
        { "SELECT * FROM t WHERE l CONTAINS 1", "CONTAINS" },
        { "SELECT * FROM t WHERE v LIKE 'a'", "LIKE" },
        { "SELECT * FROM t WHERE v IS NOT NULL", "IS" },
        { "SELECT * FROM t WHERE v != 1", "!=" },
        { "SELECT * FROM t WHERE l[0] = 1", "l[" },

        // Restrictions that make no sense.
        { "SELECT * FROM t WHERE k > 1", "k" },
        { "SELECT * FROM t WHERE k = 1 AND k = 2", "k" },
        { "SELECT * FROM t WHERE k = 1 AND c = 1 AND c > 0", "c" },
        { "SELECT * FROM t WHERE k = 1 AND c > 1 AND c > 0", "c" },
        { "SELECT * FROM t WHERE k = 1 AND token(k) > 0", "token" },
        { "SELECT * FROM two WHERE token(b, a) > 0", "a, b" },
        { "SELECT * FROM t WHERE token(k) > 0 AND token(k) > 1", "token()" },
        { "SELECT * FROM t WHERE k = 1 AND (c, d) IN ((1, 2))", "(c, d)" },
        { "SELECT * FROM t WHERE k = 1 AND (d, c) > (1, 2)", "(d, c)" },
        { "SELECT * FROM t WHERE k = 1 AND (c, d) > (1)", "(c, d)" },
        { "SELECT * FROM t WHERE k = 1 AND (c, d) > ?", "(c, d)" },
        { "SELECT * FROM mixed WHERE k = 1 AND (c, d) > (1, 2)", "(c, d)" },
        { "SELECT * FROM t ORDER BY c", "ORDER BY" },
        { "SELECT * FROM t WHERE k = 1 ORDER BY v", "v" },
        { "SELECT * FROM t WHERE k = 1 ORDER BY d", "d" },
        { "SELECT * FROM t WHERE k = 1 ORDER BY c ASC, d DESC", "d" },
        { "SELECT * FROM t WHERE k IN (1, 2) ORDER BY c", "ORDER BY" },
        { "SELECT * FROM t LIMIT 0", "LIMIT" },
        { "SELECT * FROM t LIMIT -1", "LIMIT" },
        { "SELECT DISTINCT k, v FROM t", "v" },
        { "SELECT DISTINCT * FROM t", "DISTINCT" },
        { "SELECT DISTINCT a FROM two", "b" },
        { "SELECT * FROM t WHERE x = 1", "x" },
        { "SELECT x FROM t", "x" },
        { "SELECT * FROM nope", "nope" },
        { "SELECT * FROM nope.t", "nope" },

        // Writes.
        { "INSERT INTO t (k, c, v) VALUES (1, 1, 1)", "d" },
        { "INSERT INTO t (c, d) VALUES (1, 1)", "k" },
        { "INSERT INTO t (k) VALUES (1)", "c, d" },
        { "INSERT INTO t (k, k) VALUES (1, 2)", "k" },
        { "INSERT INTO t (k, c) VALUES (1)", "names/values" },
        { "INSERT INTO t (k, c, d, x) VALUES (1, 1, 1, 1)", "x" },
        { "UPDATE t SET k = 1 WHERE k = 1 AND c = 1 AND d = 1", "k" },
        { "UPDATE t SET v = 1, v = 2 WHERE k = 1 AND c = 1 AND d = 1", "v" },
        { "UPDATE t SET v = 1 WHERE k = 1 AND c = 1", "d" },
        { "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d > 1", "UPDATE" },
        { "UPDATE t SET v = 1 WHERE c = 1 AND d = 1", "k" },
        { "UPDATE t SET v = 1 WHERE token(k) = 1", "token" },
        { "UPDATE t SET v = 1 WHERE k = 1 AND c = 1 AND d = 1 AND s = 1", "s" },
        { "UPDATE t SET s = 1 WHERE k = 1 AND c = 1", "c" },
        { "UPDATE t SET f = f + [1] WHERE k = 1 AND c = 1 AND d = 1", "frozen collection column f" },
        { "UPDATE t SET v[0] = 1 WHERE k = 1 AND c = 1 AND d = 1", "v" },
        { "UPDATE t SET l = s + [1] WHERE k = 1 AND c = 1 AND d = 1", "l = l + <value>" },
        { "UPDATE t SET l[0] = 1 WHERE k IN (1, 2) AND c = 1 AND d = 1", "list" },
        { "DELETE k FROM t WHERE k = 1", "k" },
        { "DELETE v FROM t WHERE k = 1 AND c > 1", "v" },
        { "DELETE v FROM t WHERE k = 1 AND c = 1", "d" },
        { "DELETE v[0] FROM t WHERE k = 1 AND c = 1 AND d = 1", "v" },
        { "DELETE FROM two WHERE a = 1", "b" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TTL 999999999", "ttl" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TTL -1", "TTL" },
        { "INSERT INTO t (k, c, d) VALUES (null, 1, 1)", "k" },
        { "INSERT INTO t (k, c, d) VALUES (1, null, 1)", "c" },
        { "BEGIN BATCH USING TIMESTAMP 1 INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TIMESTAMP 2; APPLY BATCH", "Timestamp" },
        { "INSERT INTO system.local (key) VALUES ('x')", "system" },
        { "TRUNCATE system.local", "system" },
        { "TRUNCATE nope", "nope" },
        { "USE nope", "nope" },

        // Types.
        { "CREATE TABLE x (k int PRIMARY KEY, v set<duration>)", "set<duration>" },
        { "CREATE TABLE x (k int PRIMARY KEY, v map<duration, int>)", "map<duration, int>" },
        { "CREATE TABLE x (k int PRIMARY KEY, v list<frozen<map<int, frozen<set<duration>>>>>)", "frozen<set<duration>>" },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_refusal_names_what_is_refused(string text, string named)
    {
        var exception = Record.Exception(() =>
        {
            if (_db.Compile(text) is Plans.ModificationPlan plan)
            {
                plan.AppendTo(new Plans.MutationSet(), Values.Bind(), default, null);
            }
        });
        Assert.IsType<CqlInvalidException>(exception);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, object?[], string> BoundValuesRefused => new()
    {
        { "INSERT INTO t (k, c, d) VALUES (?, 1, 1)", [], "bind variables" },
        { "INSERT INTO t (k, c, d) VALUES (?, 1, 1)", [1, 2], "bind variables" },
        { "INSERT INTO t (k, c, d) VALUES (?, 1, 1)", [null], "k" },
        { "INSERT INTO t (k, c, d) VALUES (?, 1, 1)", [Unset.Value], "k" },
        { "INSERT INTO t (k, c, d) VALUES (?, 1, 1)", ["x"], "k" },
        { "INSERT INTO t (k, c, d) VALUES (1, ?, 1)", [null], "c" },
        { "INSERT INTO t (k, c, d, v) VALUES (1, 1, 1, :val)", [5L], "val" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TTL ?", [-1], "TTL" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TTL ?", [630_720_001], "ttl" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TIMESTAMP ?", [null], "timestamp" },
        { "INSERT INTO t (k, c, d) VALUES (1, 1, 1) USING TIMESTAMP ?", [long.MinValue], "timestamp" },
        { "INSERT INTO x (k) VALUES (?)", [""], "Key may not be empty" },
        { "INSERT INTO x (k) VALUES (?)", [new byte[65_536]], "65535" },
        { "INSERT INTO y (j, k, c) VALUES ('', ?, '')", [new byte[65_535]], "65535" },
        { "DELETE FROM y WHERE k = 'a' AND j = '' AND c = ?", [new byte[65_536]], "65535" },
    };

    [Theory]
    [MemberData(nameof(BoundValuesRefused))]
    public void Bound_values_are_not_trusted(string text, object?[] values, string named)
    {
        _db.Create("CREATE TABLE x (k text PRIMARY KEY)");
        _db.Create("CREATE TABLE y (k text, j text, c text, PRIMARY KEY ((k, j), c))");
        var exception = Assert.Throws<CqlInvalidException>(() => _db.Write(text, values));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM t WHERE k = ?", null)]
    [InlineData("SELECT * FROM t WHERE k IN ?", null)]
    [InlineData("SELECT * FROM t WHERE k = 1 AND c > ?", null)]
    [InlineData("SELECT * FROM t WHERE token(k) > ?", null)]
    [InlineData("SELECT * FROM t LIMIT ?", 0)]
    [InlineData("SELECT * FROM t LIMIT ?", null)]
    [InlineData("SELECT * FROM t WHERE k = ?", "no int")]
    public void Reads_do_not_trust_bound_values_either(string text, object? value) =>
        Assert.Throws<CqlInvalidException>(() => _db.Read(text, [value]));

    [Fact]
    public void Too_many_values_of_in_are_refused()
    {
        Assert.Throws<CqlInvalidException>(() => _db.Read("SELECT * FROM t WHERE k IN ?", Enumerable.Range(0, 1_001).ToArray()));
        var numbers = Enumerable.Range(0, 40).ToArray();
        Assert.Throws<CqlInvalidException>(() => _db.Read("SELECT * FROM two WHERE a IN ? AND b IN ?", numbers, numbers));
        Assert.Empty(_db.Read("SELECT * FROM two WHERE a IN ? AND b IN ?", numbers, (int[])[1, 2]));
    }
}
