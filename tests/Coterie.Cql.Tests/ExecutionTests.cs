using Coterie.Cql.Tests.Support;

namespace Coterie.Cql.Tests;

/// <summary>Statements from text to mutation and from row to result, against a store that merges as replicas do.</summary>
public sealed class ExecutionTests
{
    private readonly Database _db = new();

    [Fact]
    public void What_is_inserted_is_selected()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, v text, w int)");
        _db.Write("INSERT INTO t (k, v) VALUES (?, ?)", 1, "one");
        _db.Write("INSERT INTO t (k, v, w) VALUES (2, 'two', 22)");
        Assert.Equal(["1|one|null"], _db.Read("SELECT * FROM t WHERE k = 1"));
        Assert.Equal(["two|2"], _db.Read("SELECT v, k FROM t WHERE k = ?", 2));
        Assert.Equal([], _db.Read("SELECT * FROM t WHERE k = 3"));
        Assert.Equal(["1", "2"], _db.Read("SELECT k FROM t").Order());
        Assert.Equal(["2"], _db.Read("SELECT count(*) FROM t"));
        Assert.Equal(["1"], _db.Read("SELECT count(w) FROM t"));
    }

    [Fact]
    public void A_table_with_empty_and_composite_keys_round_trips()
    {
        _db.Create("CREATE TABLE t (a int, b text, c text, d int, v int, PRIMARY KEY ((a, b), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)");
        _db.Write("INSERT INTO t (a, b, c, d, v) VALUES (1, '', '', -1, 5)");
        _db.Write("INSERT INTO t (a, b, c, d, v) VALUES (1, '', 'x', 2, 6)");
        _db.Write("INSERT INTO t (a, b, c, d, v) VALUES (1, '', 'x', -2, 7)");
        Assert.Equal(["1||x|-2|7", "1||x|2|6", "1|||-1|5"], _db.Read("SELECT * FROM t WHERE a = 1 AND b = ''"));
        Assert.Equal(["1||x|-2|7"], _db.Read("SELECT * FROM t WHERE a = 1 AND b = '' AND c = 'x' AND d = -2"));
        Assert.Equal(["5"], _db.Read("SELECT v FROM t WHERE a = 1 AND b = '' ORDER BY c ASC, d DESC LIMIT 1"));
    }

    public static TheoryData<string, string> Slices => new()
    {
        { "c = 2", "2.1 2.2" },
        { "c > 1", "3.1 2.1 2.2" },
        { "c >= 2 AND c < 3", "2.1 2.2" },
        { "c <= 1", "1.1 1.2" },
        { "c > 1 AND c < 2", "" },
        { "c > 3", "" },
        { "c < 1", "" },
        { "c IN (3, 1, 3)", "3.1 1.1 1.2" },
        { "c IN (1, 2) AND d = 2", "2.2 1.2" },
        { "c IN (1, 2) AND d >= 2", "2.2 1.2" },
        { "c = 1 AND d < 2", "1.1" },
        { "c = 1 AND d <= 2", "1.1 1.2" },
        { "c = 1 AND d > 1", "1.2" },
        { "c = 1 AND d IN (2, 9)", "1.2" },
        { "(c, d) = (1, 2)", "1.2" },
        { "(c = 1) AND (d = 2)", "1.2" },
        { "c IN ()", "" },
    };

    [Theory]
    [MemberData(nameof(Slices))]
    public void Clustering_restrictions_select_exactly_their_rows(string where, string expected)
    {
        _db.Create("CREATE TABLE t (k int, c int, d int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)");
        foreach (var (c, d) in ((int, int)[])[(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)])
        {
            _db.Write("INSERT INTO t (k, c, d) VALUES (1, ?, ?)", c, d);
        }

        string[] rows = expected.Length == 0 ? [] : expected.Split(' ');
        Assert.Equal(rows, _db.Read($"SELECT c, d FROM t WHERE k = 1 AND {where}").Select(r => r.Replace('|', '.')));
        if (!where.Contains("IN", StringComparison.Ordinal))
        {
            Assert.Equal(rows.Reverse(), _db.Read($"SELECT c, d FROM t WHERE k = 1 AND {where} ORDER BY c ASC, d DESC").Select(r => r.Replace('|', '.')));
        }
    }

    [Theory]
    [InlineData("(c, d) > (1, 1)", "1.2 2.1")]
    [InlineData("(c, d) >= (1, 2)", "1.2 2.1")]
    [InlineData("(c, d) < (1, 2)", "1.1")]
    [InlineData("(c, d) <= (1, 2) AND (c) > (0)", "1.1 1.2")]
    [InlineData("(c, d) > (1, 1) AND c < 2", "1.2")]
    public void Tuples_compare_column_by_column(string where, string expected)
    {
        _db.Create("CREATE TABLE t (k int, c int, d int, PRIMARY KEY (k, c, d))");
        foreach (var (c, d) in ((int, int)[])[(1, 1), (1, 2), (2, 1)])
        {
            _db.Write("INSERT INTO t (k, c, d) VALUES (1, ?, ?)", c, d);
        }

        Assert.Equal(expected.Split(' '), _db.Read($"SELECT c, d FROM t WHERE k = 1 AND {where}").Select(r => r.Replace('|', '.')));
    }

    [Fact]
    public void In_on_the_partition_key_answers_in_the_order_of_values()
    {
        _db.Create("CREATE TABLE t (a int, b int, v int, PRIMARY KEY ((a, b)))");
        for (var a = 0; a < 3; a++)
        {
            _db.Write("INSERT INTO t (a, b, v) VALUES (?, 1, ?)", a, a * 10);
        }

        Assert.Equal(["0|0", "2|20"], _db.Read("SELECT a, v FROM t WHERE a IN (2, 0, 2, 7) AND b = 1"));
        Assert.Equal(["0|0", "2|20"], _db.Read("SELECT a, v FROM t WHERE a IN ? AND b IN (1, 5)", (int[])[2, 0]));
        Assert.Equal(["0|0"], _db.Read("SELECT a, v FROM t WHERE a IN (2, 0) AND b = 1 LIMIT 1"));
        Assert.Equal(2, _db.Write("UPDATE t SET v = 5 WHERE a IN (0, 1) AND b = 1"));
        Assert.Equal(["0|5", "1|5"], _db.Read("SELECT a, v FROM t WHERE a IN (0, 1) AND b = 1"));
    }

    [Fact]
    public void Values_of_in_that_are_one_key_give_one_row()
    {
        _db.Create("CREATE TABLE t (k int, c varint, PRIMARY KEY (k, c))");
        _db.Write("INSERT INTO t (k, c) VALUES (1, -128)");
        Assert.Single(_db.Read("SELECT c FROM t WHERE k = 1 AND c IN (?, ?, ?)", new byte[] { 0x80 }, new byte[] { 0xff, 0x80 }, new byte[] { 0x80 }));
    }

    [Fact]
    public void Tokens_select_ranges_of_partitions()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY)");
        for (var k = 0; k < 10; k++)
        {
            _db.Write("INSERT INTO t (k) VALUES (?)", k);
        }

        var all = _db.Read("SELECT k, token(k) FROM t").Select(r => r.Split('|')).ToList();
        Assert.Equal(10, all.Count);
        var third = long.Parse(all[2][1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(all.Skip(3).Select(r => r[0]), _db.Read("SELECT k FROM t WHERE token(k) > ?", third));
        Assert.Equal(all.Skip(2).Select(r => r[0]), _db.Read("SELECT k FROM t WHERE token(k) >= ?", third));
        Assert.Equal(all.Take(2).Select(r => r[0]), _db.Read("SELECT k FROM t WHERE token(k) < ?", third));
        Assert.Equal(all.Take(3).Select(r => r[0]), _db.Read($"SELECT k FROM t WHERE token(k) <= {third}"));
        Assert.Equal([all[2][0]], _db.Read("SELECT k FROM t WHERE token(k) = ?", third));
        Assert.Equal(all.Skip(3).Select(r => r[0]), _db.Read($"SELECT k FROM t WHERE token(k) > token({all[2][0]})"));
        Assert.Equal([], _db.Read("SELECT k FROM t WHERE token(k) > 5 AND token(k) < 5"));
    }

    [Fact]
    public void Update_makes_no_row_of_its_own_and_insert_does()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, v int)");
        _db.Write("INSERT INTO t (k) VALUES (1)");
        _db.Write("UPDATE t SET v = 5 WHERE k = 2");
        Assert.Equal(["1|null", "2|5"], _db.Read("SELECT * FROM t WHERE k IN (1, 2)"));
        _db.Write("UPDATE t SET v = null WHERE k = 2");
        Assert.Equal(["1|null"], _db.Read("SELECT * FROM t WHERE k IN (1, 2)"));
        _db.Write("DELETE v FROM t WHERE k = 1");
        Assert.Equal(["1|null"], _db.Read("SELECT * FROM t WHERE k IN (1, 2)"));
        _db.Write("DELETE FROM t WHERE k = 1");
        Assert.Equal([], _db.Read("SELECT * FROM t"));
    }

    [Fact]
    public void Unset_leaves_and_null_deletes()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, v int, w int)");
        _db.Write("INSERT INTO t (k, v, w) VALUES (1, 2, 3)");
        _db.Write("INSERT INTO t (k, v, w) VALUES (?, ?, ?)", 1, Unset.Value, null);
        Assert.Equal(["1|2|null"], _db.Read("SELECT * FROM t"));
        Assert.Equal(0, _db.Write("UPDATE t SET v = ? WHERE k = 1", Unset.Value));
    }

    [Fact]
    public void Rows_expire_with_their_ttl()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, v int, w int) WITH default_time_to_live = 100");
        _db.Write("INSERT INTO t (k, v) VALUES (1, 1) USING TTL 10");
        _db.Write("UPDATE t USING TTL ? SET w = 2 WHERE k = 1", 20);
        _db.Write("INSERT INTO t (k, v) VALUES (2, 1)");
        _db.Write("INSERT INTO t (k, v) VALUES (3, 1) USING TTL 0");
        Assert.Equal(["1|10|20"], _db.Read("SELECT k, ttl(v), ttl(w) FROM t WHERE k = 1"));
        Assert.Equal(["2|100", "3|null"], _db.Read("SELECT k, ttl(v) FROM t WHERE k IN (2, 3)"));
        _db.NowSeconds += 10;
        Assert.Equal(["1|null|2"], _db.Read("SELECT * FROM t WHERE k = 1"));
        _db.NowSeconds += 10;
        Assert.Equal([], _db.Read("SELECT * FROM t WHERE k = 1"));
        _db.NowSeconds += 80;
        Assert.Equal(["3|1|null"], _db.Read("SELECT * FROM t"));
    }

    [Fact]
    public void The_later_timestamp_wins()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, v int)");
        _db.Write("INSERT INTO t (k, v) VALUES (1, 1) USING TIMESTAMP 50");
        _db.Write("UPDATE t USING TIMESTAMP ? AND TTL 9 SET v = 2 WHERE k = 1", 40L);
        Assert.Equal(["1|50"], _db.Read("SELECT v, writetime(v) FROM t"));
        _db.Write("DELETE FROM t USING TIMESTAMP 50 WHERE k = 1");
        Assert.Equal([], _db.Read("SELECT * FROM t"));
        _db.Write("BEGIN BATCH USING TIMESTAMP ? INSERT INTO t (k, v) VALUES (1, ?); UPDATE t SET v = ? WHERE k = 2; APPLY BATCH", 60L, 7, 8);
        Assert.Equal(["1|7|60", "2|8|60"], _db.Read("SELECT k, v, writetime(v) FROM t WHERE k IN (1, 2)"));
    }

    [Fact]
    public void Ranges_and_partitions_are_deleted()
    {
        _db.Create("CREATE TABLE t (k int, c int, d int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)");
        void Fill()
        {
            foreach (var (c, d) in ((int, int)[])[(1, 1), (1, 2), (2, 1), (3, 1)])
            {
                _db.Write("INSERT INTO t (k, c, d) VALUES (1, ?, ?)", c, d);
            }
        }

        Fill();
        Assert.Equal(1, _db.Write("DELETE FROM t WHERE k = 1 AND c = 1"));
        Assert.Equal(["3|1", "2|1"], _db.Read("SELECT c, d FROM t WHERE k = 1"));
        Fill();
        _db.Write("DELETE FROM t WHERE k = 1 AND c >= 2");
        Assert.Equal(["1|1", "1|2"], _db.Read("SELECT c, d FROM t WHERE k = 1"));
        _db.Write("DELETE FROM t WHERE k = 1 AND c = 1 AND d IN (1, 5)");
        Assert.Equal(["1|2"], _db.Read("SELECT c, d FROM t WHERE k = 1"));
        Fill();
        _db.Write("DELETE FROM t WHERE k = 1 AND c IN (1, 3) AND d < 2");
        Assert.Equal(["2|1", "1|2"], _db.Read("SELECT c, d FROM t WHERE k = 1"));
        _db.Write("DELETE FROM t WHERE k = 1");
        Assert.Equal([], _db.Read("SELECT c, d FROM t WHERE k = 1"));
        Fill();
        Assert.Equal(4, _db.Read("SELECT c, d FROM t WHERE k = 1").Count);
    }

    [Fact]
    public void Static_columns_belong_to_the_partition()
    {
        _db.Create("CREATE TABLE t (k int, c int, s text static, z set<int> static, v int, PRIMARY KEY (k, c))");
        _db.Write("INSERT INTO t (k, s) VALUES (1, 'only')");
        Assert.Equal(["1|null|only|null|null"], _db.Read("SELECT k, c, s, z, v FROM t WHERE k = 1"));
        Assert.Equal(["1"], _db.Read("SELECT k FROM t"));
        Assert.Equal(["1"], _db.Read("SELECT count(*) FROM t"));
        Assert.Equal([], _db.Read("SELECT s FROM t WHERE k = 1 AND c = 1"));
        _db.Write("INSERT INTO t (k, c, v, s) VALUES (1, 1, 10, 'both')");
        _db.Write("INSERT INTO t (k, c, v) VALUES (1, 2, 20)");
        _db.Write("UPDATE t SET z = {2, 1} WHERE k = 1");
        Assert.Equal(["1|both|{1,2}|10", "2|both|{1,2}|20"], _db.Read("SELECT c, s, z, v FROM t WHERE k = 1"));
        Assert.Equal(["2|both"], _db.Read("SELECT c, s FROM t WHERE k = 1 AND c = 2"));
        Assert.Equal(["1|both"], _db.Read("SELECT DISTINCT k, s FROM t"));
        _db.Write("DELETE s FROM t WHERE k = 1");
        Assert.Equal(["1|null", "2|null"], _db.Read("SELECT c, s FROM t WHERE k = 1"));
    }

    [Fact]
    public void Functions_are_evaluated_at_each_execution()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY, u uuid, n timeuuid, w timestamp, b blob)");
        _db.Write("INSERT INTO t (k, u, n, w, b) VALUES (1, uuid(), now(), toTimestamp(now()), intAsBlob(7))");
        _db.Write("INSERT INTO t (k, u, n, w) VALUES (2, uuid(), now(), currentTimestamp())");
        var rows = _db.Read("SELECT u, n, w, b FROM t WHERE k IN (1, 2)").Select(r => r.Split('|')).ToList();
        Assert.NotEqual(rows[0][0], rows[1][0]);
        Assert.NotEqual(rows[0][1], rows[1][1]);
        Assert.Equal("1000000000", rows[0][2]);
        Assert.Equal("1000000000", rows[1][2]);
        Assert.Equal("0x00000007", rows[0][3]);
        Assert.Equal("null", rows[1][3]);
    }

    [Fact]
    public void Functions_of_nothing_are_selected()
    {
        _db.Create("CREATE TABLE t (k int PRIMARY KEY)");
        _db.Write("INSERT INTO t (k) VALUES (1)");
        Assert.Equal(["1000000000|1"], _db.Read("SELECT currentTimestamp(), k FROM t"));
        Assert.NotEqual(_db.Read("SELECT now(), uuid() FROM t"), _db.Read("SELECT now(), uuid() FROM t"));
        Assert.Equal("system.now()", Assert.Single(_db.Compile<Plans.SelectPlan>("SELECT now() FROM system.local").Columns).Name);
    }

    [Fact]
    public void Time_based_uuids_fall_between_their_bounds()
    {
        _db.Create("CREATE TABLE t (k int, n timeuuid, PRIMARY KEY (k, n))");
        _db.Write("INSERT INTO t (k, n) VALUES (1, now())");
        Assert.Single(_db.Read("SELECT n FROM t WHERE k = 1 AND n >= minTimeuuid(1000000000) AND n <= maxTimeuuid(1000000000)"));
        Assert.Empty(_db.Read("SELECT n FROM t WHERE k = 1 AND n > maxTimeuuid(?)", 1_000_000_000L));
        Assert.Empty(_db.Read("SELECT n FROM t WHERE k = 1 AND n < minTimeuuid('1970-01-12 13:46:40Z')"));
    }

    [Fact]
    public void A_batch_in_one_partition_is_one_mutation()
    {
        _db.Create("CREATE TABLE t (k int, c int, v int, PRIMARY KEY (k, c))");
        Assert.Equal(1, _db.Write("BEGIN BATCH INSERT INTO t (k, c, v) VALUES (1, 1, 1) UPDATE t SET v = 2 WHERE k = 1 AND c = 2; DELETE FROM t WHERE k = 1 AND c = 3; APPLY BATCH;"));
        var many = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"INSERT INTO t (k, c, v) VALUES ({i % 20}, {i}, 0);"));
        Assert.Equal(20, _db.Write($"BEGIN UNLOGGED BATCH {many} APPLY BATCH"));
        Assert.Equal(["41"], _db.Read("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_system_table_is_read_like_any_other()
    {
        var plan = _db.Compile<Plans.SelectPlan>("SELECT * FROM system.local WHERE key='local'");
        Assert.Equal(["key", "release_version"], plan.Columns.Select(c => c.Name));
        Assert.Single(plan.Reads(Values.Bind(), 0));
    }
}
