using Coterie.WebConsole.Schema;

namespace Coterie.WebConsole.Tests.Schema;

public sealed class SchemaReadTests
{
    private static readonly string[] PlainOptions = ["", "0", "864000", "BLOCKING", "99p", "{}"];

    [Fact]
    public void A_keyspace_says_how_many_copies_it_keeps_and_whether_it_has_leaders()
    {
        var index = SchemaRead.Index(
            [
                ["system", "eventual", "true", "{'class': 'org.apache.cassandra.locator.LocalStrategy'}"],
                ["shop", "global", "true", "{'class': 'org.apache.cassandra.locator.NetworkTopologyStrategy', 'dc1': '3', 'dc2': '2'}"],
                ["App", "eventual", "false", "{'class': 'org.apache.cassandra.locator.SimpleStrategy', 'replication_factor': '1'}"],
            ],
            [["shop", "b"], ["system", "local"], ["shop", "a"]],
            false);

        Assert.Equal(["App", "shop", "system"], index.Keyspaces.Select(static one => one.Name));
        var (app, shop, system) = (index.Keyspaces[0], index.Keyspaces[1], index.Keyspaces[2]);
        Assert.Equal("CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3, 'dc2': 2} AND consistency = 'global';", shop.Cql);
        Assert.Equal("CREATE KEYSPACE \"App\" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND durable_writes = false;", app.Cql);
        Assert.Equal(("leader-based", "leaderless", null), (shop.Consistency, app.Consistency, system.Cql));
        Assert.Equal(["a", "b"], shop.Tables);
        var shown = SchemaView.Of(index, "", 9, static _ => 9).Keyspaces.Select(static one => one.Copies);
        Assert.Equal(["1 copy", "copies: 3 in dc1, 2 in dc2", "each node has its own"], shown);
    }

    [Fact]
    public void A_table_is_written_as_it_was_made()
    {
        var table = SchemaRead.Table(
            "shop",
            "Cart",
            ["it's a cart", "60", "864000", "NONE", "5ms", "{'timestamps': 0x736572766572}"],
            [
                ["v", "regular", "-1", "frozen<list<text>>", "none"],
                ["at", "clustering", "0", "timestamp", "desc"],
                ["b", "partition_key", "1", "text", "none"],
                ["select", "static", "-1", "map<text, int>", "none"],
                ["n", "clustering", "1", "int", "asc"],
                ["a", "partition_key", "0", "int", "none"],
            ],
            isSystem: false);

        Assert.Equal(
            """
            CREATE TABLE shop."Cart" (
                a int,
                b text,
                at timestamp,
                n int,
                "select" map<text, int> STATIC,
                v frozen<list<text>>,
                PRIMARY KEY ((a, b), at, n)
            ) WITH CLUSTERING ORDER BY (at DESC, n ASC)
                AND comment = 'it''s a cart'
                AND default_time_to_live = 60
                AND gc_grace_seconds = 864000
                AND read_repair = 'NONE'
                AND speculative_retry = '5ms'
                AND timestamps = 'server';
            """,
            table.Cql);
    }

    [Fact]
    public void What_is_usual_is_short_and_a_table_of_the_system_is_not_to_be_made()
    {
        string[][] columns = [["k", "partition_key", "0", "int", "none"], ["c", "clustering", "0", "int", "asc"]];
        Assert.Contains("PRIMARY KEY (k, c)\n) WITH gc_grace_seconds = 864000\n    AND read_repair", SchemaRead.Table("k", "t", PlainOptions, columns, false).Cql, StringComparison.Ordinal);
        Assert.Null(SchemaRead.Table("system", "local", PlainOptions, columns, true).Cql);
    }

    [Theory]
    [InlineData("plain_1", "plain_1")]
    [InlineData("_x", "\"_x\"")]
    [InlineData("1x", "\"1x\"")]
    [InlineData("Table", "\"Table\"")]
    [InlineData("table", "\"table\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("", "\"\"")]
    public void A_name_is_quoted_where_it_must_be(string name, string written) => Assert.Equal(written, SchemaText.Name(name));

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{'a': 'b'}", "a=b")]
    [InlineData("{'it''s': 'x, y: {z}', 'n': 3}", "it's=x, y: {z}|n=3")]
    [InlineData("{'odd'", "")]
    [InlineData("null", "")]
    [InlineData("", "")]
    public void A_map_is_read_and_nonsense_is_none(string text, string pairs) =>
        Assert.Equal(pairs, string.Join('|', SchemaText.Map(text).Select(static one => $"{one.Key}={one.Value}")));

    [Fact]
    public void Ten_thousand_tables_are_shown_a_few_at_a_time_and_a_filter_finds_one()
    {
        var rows = Enumerable.Range(0, 10_000).Select(static i => (IReadOnlyList<string>)[$"k{i / 100:000}", $"t{i}"]).ToList();
        var keyspaces = Enumerable.Range(0, 100).Select(static i => (IReadOnlyList<string>)[$"k{i:000}", "eventual", "true", "{'class': 'SimpleStrategy', 'replication_factor': '3'}"]).ToList();
        var index = SchemaRead.Index(keyspaces, rows, false);

        var view = SchemaView.Of(index, "", SchemaLimits.ShownStep, static _ => SchemaLimits.ShownStep);
        Assert.Equal((50, 50, 10_000), (view.Keyspaces.Count, view.More, view.Found));
        Assert.All(view.Keyspaces, static one => Assert.Equal((50, 50), (one.Tables.Count, one.More)));

        view = SchemaView.Of(index, " K042.T42", 50, static _ => 50);
        Assert.Equal(("k042", 100, 0), (Assert.Single(view.Keyspaces).Keyspace.Name, view.Found, view.More));
        Assert.Equal(["t4242"], Assert.Single(SchemaView.Of(index, "t4242", 50, static _ => 50).Keyspaces).Tables);
        Assert.Empty(SchemaView.Of(index, "<script>", 50, static _ => 50).Keyspaces);
    }
}
