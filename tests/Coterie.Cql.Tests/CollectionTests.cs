using Coterie.Cql.Tests.Support;

namespace Coterie.Cql.Tests;

/// <summary>Collections whose elements are cells of their own, and frozen ones.</summary>
public sealed class CollectionTests
{
    private readonly Database _db = new();

    public CollectionTests() => _db.Create(
        "CREATE TABLE t (k int, c int, l list<int>, s set<int>, m map<text, int>, f frozen<set<int>>, PRIMARY KEY (k, c))");

    private string Row(string columns) => Assert.Single(_db.Read($"SELECT {columns} FROM t WHERE k = 1 AND c = 1"));

    private void Update(string set, params object?[] values) => _db.Write($"UPDATE t SET {set} WHERE k = 1 AND c = 1", values);

    [Fact]
    public void Literals_and_bound_values_give_the_same()
    {
        _db.Write("INSERT INTO t (k, c, l, s, m, f) VALUES (1, 1, [3, 1, 3], {2, -1, 2}, {'b': 2, 'a': 1}, {2, -1, 2})");
        Assert.Equal("[3,1,3]|{-1,2}|{a:1,b:2}|{-1,2}", Row("l, s, m, f"));
        byte[] map = [.. Values.Int(1), .. Values.Int(1), (byte)'z', .. Values.Int(4), .. Values.Int(9)];
        _db.Write("INSERT INTO t (k, c, l, s, m, f) VALUES (1, 1, ?, ?, ?, ?)", (int[])[7, 7], (int[])[5, 5, -5], map, (int[])[5, -5, 5]);
        Assert.Equal("[7,7]|{-5,5}|{z:9}|{-5,5}", Row("l, s, m, f"));
    }

    [Fact]
    public void An_overwrite_replaces_what_was_before_and_an_empty_one_is_null()
    {
        Update("s = {1, 2}, l = [1], m = {'a': 1}");
        Update("s = {3}, l = [2], m = {'b': 2}");
        Assert.Equal("[2]|{3}|{b:2}", Row("l, s, m"));
        Update("f = {}");
        Update("s = {}, l = null, m = ?", [null]);
        Assert.Equal("null|null|null|{}", Row("l, s, m, f"));
    }

    [Fact]
    public void Sets_and_maps_take_and_lose_elements()
    {
        Update("s = s + {3, 1}, m = m + {'a': 1, 'b': 2}");
        Update("s = s - {3, 9}, m['b'] = 5, m['c'] = 6");
        Assert.Equal("{1}|{a:1,b:5,c:6}", Row("s, m"));
        Update("m = m - {'a'}, s += {8}");
        Update("m['b'] = null");
        Assert.Equal("{1,8}|{c:6}", Row("s, m"));
        _db.Write("DELETE s[1], m['c'] FROM t WHERE k = 1 AND c = 1");
        Assert.Equal("{8}|null", Row("s, m"));
        Update("s = s + ?, m[?] = ?", (int[])[4], "x", 1);
        Assert.Equal("{4,8}|{x:1}", Row("s, m"));
        _db.Write("DELETE s, m, l FROM t WHERE k = 1 AND c = 1");
        Assert.Empty(_db.Read("SELECT * FROM t"));
    }

    [Fact]
    public void Lists_keep_the_order_of_the_statements()
    {
        Update("l = l + [1, 2]");
        Update("l = l + [3]");
        Update("l = [-2, -1] + l");
        Update("l = [-4, -3] + l");
        Assert.Equal("[-4,-3,-2,-1,1,2,3]", Row("l"));
        Update("l = ? + l", (int[])[-5]);
        Assert.Equal("[-5,-4,-3,-2,-1,1,2,3]", Row("l"));
    }

    [Fact]
    public void Lists_are_changed_by_index_and_by_value()
    {
        Update("l = [10, 20, 30, 20]");
        Update("l[1] = 21, l[?] = ?", 0, 11);
        Assert.Equal("[11,21,30,20]", Row("l"));
        Update("l = l - [20, 11, 99]");
        Assert.Equal("[21,30]", Row("l"));
        _db.Write("DELETE l[0] FROM t WHERE k = 1 AND c = 1");
        Assert.Equal("[30]", Row("l"));
        Assert.Contains("out of bound", Assert.Throws<CqlInvalidException>(() => Update("l[1] = 5")).Message, StringComparison.Ordinal);
        Assert.Contains("out of bound", Assert.Throws<CqlInvalidException>(() => Update("l[-1] = 5")).Message, StringComparison.Ordinal);
        Update("l = null");
        Assert.Contains("is null", Assert.Throws<CqlInvalidException>(() => Update("l[0] = 5")).Message, StringComparison.Ordinal);
        Update("l = l - [5]");
    }

    [Fact]
    public void The_same_append_with_the_same_timestamp_is_one_append()
    {
        for (var i = 0; i < 2; i++)
        {
            _db.Write("UPDATE t USING TIMESTAMP 100 SET l = l + [1, 1] WHERE k = 1 AND c = 1");
        }

        Assert.Equal("[1,1]", Row("l"));
    }

    [Fact]
    public void Different_appends_with_the_same_timestamp_are_both_there()
    {
        _db.Write("UPDATE t USING TIMESTAMP 100 SET l = l + [1] WHERE k = 1 AND c = 1");
        _db.Write("UPDATE t USING TIMESTAMP 100 SET l = l + [2] WHERE k = 1 AND c = 1");
        Assert.Equal(["1", "2"], Row("l").Trim('[', ']').Split(',').Order());
    }

    [Fact]
    public void Appends_of_one_batch_stand_in_its_order()
    {
        _db.Write("BEGIN BATCH UPDATE t SET l = l + [5] WHERE k = 1 AND c = 1; UPDATE t SET l = l + [5] WHERE k = 1 AND c = 1; UPDATE t SET l = l + [1] WHERE k = 1 AND c = 1; APPLY BATCH");
        Assert.Equal("[5,5,1]", Row("l"));
    }

    [Fact]
    public void What_a_batch_prepends_last_stands_first()
    {
        _db.Write("BEGIN BATCH UPDATE t SET l = [1, 2] + l WHERE k = 1 AND c = 1; UPDATE t SET l = [3, 4] + l WHERE k = 1 AND c = 1; APPLY BATCH");
        _db.Write("UPDATE t SET l = [5] + l WHERE k = 1 AND c = 1");
        Assert.Equal("[5,3,4,1,2]", Row("l"));
    }

    [Fact]
    public void Elements_expire_one_by_one()
    {
        _db.Write("UPDATE t USING TTL 10 SET s = s + {1}, l = l + [1] WHERE k = 1 AND c = 1");
        _db.Write("UPDATE t SET s = s + {2}, l = l + [2] WHERE k = 1 AND c = 1");
        _db.NowSeconds += 10;
        Assert.Equal("{2}|[2]", Row("s, l"));
        Update("l[0] = 3");
        Assert.Equal("[3]", Row("l"));
    }

    [Fact]
    public void A_list_in_a_static_row_is_changed_by_index()
    {
        _db.Create("CREATE TABLE u (k int, c int, l list<text> static, PRIMARY KEY (k, c))");
        _db.Write("UPDATE u SET l = ['a', 'b'] WHERE k = 1");
        _db.Write("UPDATE u SET l[1] = 'c' WHERE k = 1");
        Assert.Equal(["[a,c]"], _db.Read("SELECT l FROM u WHERE k = 1"));
    }

    [Fact]
    public void Frozen_sets_inside_are_put_in_their_one_form()
    {
        _db.Create("CREATE TABLE n (k frozen<set<int>> PRIMARY KEY, s set<frozen<set<int>>>, v int)");
        _db.Write("INSERT INTO n (k, s, v) VALUES (?, {{3, 1}, {1, 3}}, 1)", (int[])[2, 1]);
        _db.Write("UPDATE n SET v = 2 WHERE k = {1, 2, 1}");
        Assert.Equal(["{1,2}|{{1,3}}|2"], _db.Read("SELECT * FROM n"));
    }

    public static TheoryData<string, object?[]> Wrong => new()
    {
        { "s = ?", [new byte[] { 0, 0, 0, 1 }] },
        { "s = ?", [new byte[] { 0, 0, 0, 1, 255, 255, 255, 255 }] },
        { "s = {1, ?}", [null] },
        { "s = {1, ?}", [Unset.Value] },
        { "l = [1, null]", [] },
        { "m[?] = 1", [null] },
        { "l[?] = 1", [null] },
        { "m = {'a': 'b'}", [] },
        { "s = [1]", [] },
        { "l = {1}", [] },
        { "m = {1}", [] },
        { "s = s + [1]", [] },
        { "m = m - {'a': 1}", [] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_collections_are_refused(string set, object?[] values) => Assert.Throws<CqlInvalidException>(() => Update(set, values));
}
