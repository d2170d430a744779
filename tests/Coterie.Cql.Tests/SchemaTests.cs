using Coterie.Cql.Plans;
using Coterie.Cql.Tests.Support;
using Coterie.Model.Metadata;
using Coterie.Model.Schema;

namespace Coterie.Cql.Tests;

public sealed class SchemaTests
{
    private readonly Database _db = new();

    private ReplicationStrategy Replication(string map) =>
        Assert.IsType<CreateKeyspace>(_db.Compile<SchemaPlan>($"CREATE KEYSPACE x WITH replication = {map}").Change).Keyspace.Replication;

    [Theory]
    [InlineData("", false)]
    [InlineData(" AND consistency = 'eventual'", false)]
    [InlineData(" AND consistency = 'global'", true)]
    public void A_keyspace_is_leaderless_unless_it_says_otherwise(string option, bool isLeaderBased)
    {
        var plan = _db.Compile<SchemaPlan>("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}" + option);

        Assert.Equal(isLeaderBased, ((CreateKeyspace)plan.Change).Keyspace.IsLeaderBased);
    }

    [Fact]
    public void A_keyspace_is_created_with_either_strategy()
    {
        Assert.Equal(new SimpleStrategy(3), Replication("{'class': 'SimpleStrategy', 'replication_factor': '3'}"));
        Assert.Equal(new SimpleStrategy(2), Replication("{'class': 'org.apache.cassandra.locator.SimpleStrategy', 'replication_factor': 2}"));
        var topology = Assert.IsType<NetworkTopologyStrategy>(Replication("{'class': 'NetworkTopologyStrategy', 'dc1': 3}"));
        Assert.Equal([KeyValuePair.Create("dc1", 3)], topology.ReplicationFactors);
        topology = Assert.IsType<NetworkTopologyStrategy>(Replication("{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}"));
        Assert.Equal([KeyValuePair.Create("dc1", 1)], topology.ReplicationFactors);
    }

    [Fact]
    public void The_change_says_what_was_asked_for()
    {
        var plan = _db.Compile<SchemaPlan>("CREATE KEYSPACE IF NOT EXISTS \"X\" WITH durable_writes = false AND replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND consistency = 'eventual'");
        var change = Assert.IsType<CreateKeyspace>(plan.Change);
        Assert.True(change.IfNotExists);
        Assert.False(change.Keyspace.DurableWrites);
        Assert.Equal(("CREATED", "X", null), (plan.ChangeType, plan.Keyspace, plan.Table));
        Assert.Equal(
            new AlterKeyspace("x", true, new SimpleStrategy(2), false, KeyspaceConsistency.Global),
            _db.Compile<SchemaPlan>("ALTER KEYSPACE IF EXISTS X WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 2} AND durable_writes = false AND consistency = 'global'").Change);
        Assert.Equal(new AlterKeyspace("x", false, null, true, null), _db.Compile<SchemaPlan>("ALTER KEYSPACE x WITH durable_writes = true").Change);
        Assert.Equal(new DropKeyspace("x", true), _db.Compile<SchemaPlan>("DROP KEYSPACE IF EXISTS X").Change);
        Assert.Equal(new DropTable("ks", "t", false), _db.Compile<SchemaPlan>("DROP TABLE t").Change);
        Assert.Equal(new DropTable("other", "t", true), _db.Compile<SchemaPlan>("DROP TABLE IF EXISTS other.t").Change);
        _db.Create("CREATE TABLE t (k int PRIMARY KEY)");
        plan = _db.Compile<SchemaPlan>("TRUNCATE TABLE ks.t");
        Assert.Equal(new TruncateTable("ks", "t"), plan.Change);
        Assert.Null(plan.ChangeType);
        Assert.Equal("ks", _db.Compile<UsePlan>("USE ks").Keyspace);
        Assert.Equal("system", _db.Compile<UsePlan>("USE system").Keyspace);
    }

    [Fact]
    public void A_table_keeps_its_columns_in_their_places()
    {
        var table = _db.Create(
            "CREATE TABLE IF NOT EXISTS t (b int, v text, a text, s set<frozen<list<int>>> static, d timeuuid, c int, w map<int, blob>, PRIMARY KEY ((a, b), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)");
        Assert.Equal(["a", "b", "c", "d", "s", "v", "w"], table.Columns.Select(c => c.Name));
        Assert.Equal([0, 1, 0, 1], table.Columns.Take(4).Select(c => c.Position));
        Assert.Equal([true, false], table.Clustering.Select(c => c.Descending));
        Assert.Equal([1, 0, 2], table.Columns.Skip(4).Select(c => (int)c.Id.Value));
        Assert.Equal("set<frozen<list<int>>>", table.Column("s")!.Type.CqlName);
        Assert.Equal(ColumnKind.Static, table.Column("s")!.Kind);
    }

    [Fact]
    public void Options_of_a_table_are_kept()
    {
        var options = _db.Create(
            """
            CREATE TABLE t (k int PRIMARY KEY) WITH comment = 'it''s' AND gc_grace_seconds = 60 AND default_time_to_live = 5 AND read_repair = 'async'
            AND timestamps = 'server' AND speculative_retry = '99.5PERCENTILE' AND compaction = {'class': 'LeveledCompactionStrategy', 'x': 1}
            AND bloom_filter_fp_chance = 0.01 AND caching = {} AND id = 5a1c395e-b41f-11e5-9f22-ba0be0483c18
            """).Options;
        Assert.Equal("it's", options.Comment);
        Assert.Equal(TimeSpan.FromSeconds(60), options.GcGrace);
        Assert.Equal(5, options.DefaultTimeToLiveSeconds);
        Assert.Equal(ReadRepair.Async, options.ReadRepair);
        Assert.Equal(TimestampSource.Server, options.Timestamps);
        Assert.Equal(new SpeculativeRetry(SpeculativeRetryKind.Percentile, 99.5), options.SpeculativeRetry);
        Assert.Equal(["bloom_filter_fp_chance", "caching", "compaction"], options.Extra.Keys);
        Assert.Equal("{'class': 'LeveledCompactionStrategy', 'x': 1}", options.Extra["compaction"]);
        Assert.Equal(Guid.Parse("5a1c395e-b41f-11e5-9f22-ba0be0483c18"), _db.Metadata.Table("ks", "t")!.Id);
    }

    [Theory]
    [InlineData("99p", SpeculativeRetryKind.Percentile, 99)]
    [InlineData("10ms", SpeculativeRetryKind.FixedMilliseconds, 10)]
    [InlineData("ALWAYS", SpeculativeRetryKind.Always, 0)]
    [InlineData("none", SpeculativeRetryKind.Never, 0)]
    public void Speculative_retry_is_read(string text, SpeculativeRetryKind kind, double value) =>
        Assert.Equal(new SpeculativeRetry(kind, value), _db.Create($"CREATE TABLE t (k int PRIMARY KEY) WITH speculative_retry = '{text}'").Options.SpeculativeRetry);

    [Theory]
    [InlineData("CREATE KEYSPACE x WITH foo = 1", "foo")]
    [InlineData("CREATE KEYSPACE x WITH durable_writes = true", "replication")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'replication_factor': 1}", "class")]
    [InlineData("CREATE KEYSPACE x WITH replication = 'SimpleStrategy'", "class")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'LocalStrategy'}", "LocalStrategy")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy'}", "replication_factor")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 0}", "0")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '3/1'}", "3/1")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 101}", "101")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1, 'dc1': 1}", "dc1")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'NetworkTopologyStrategy'}", "datacenter")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'NetworkTopologyStrategy', 'dc9': 1}", "dc9")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND consistency = 'strong'", "neither 'eventual' nor 'global'")]
    [InlineData("CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1} AND durable_writes = 5", "durable_writes")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH foo = 1", "foo")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH comment = 5", "comment")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH gc_grace_seconds = -1", "gc_grace_seconds")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH default_time_to_live = 630720001", "default_time_to_live")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH read_repair = 'maybe'", "read_repair")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH timestamps = 'both'", "timestamps")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH speculative_retry = 'MIN(99p,10ms)'", "speculative_retry")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH speculative_retry = '101p'", "speculative_retry")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH comment = 'a' AND comment = 'b'", "comment")]
    public void Wrong_options_are_a_configuration_error_that_names_them(string text, string named) =>
        Assert.Contains(named, Assert.Throws<CqlConfigurationException>(() => _db.Compile(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("CREATE TABLE t (k int)", "PRIMARY KEY")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, v int PRIMARY KEY)", "PRIMARY KEY")]
    [InlineData("CREATE TABLE t (k int, PRIMARY KEY (x))", "x")]
    [InlineData("CREATE TABLE t (k int, PRIMARY KEY (k, k))", "k")]
    [InlineData("CREATE TABLE t (k int, k int, PRIMARY KEY (k))", "k")]
    [InlineData("CREATE TABLE t (k list<int> PRIMARY KEY)", "list<int>")]
    [InlineData("CREATE TABLE t (k int, c map<int, int>, PRIMARY KEY (k, c))", "map<int, int>")]
    [InlineData("CREATE TABLE t (k duration PRIMARY KEY)", "duration")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, s int static)", "s")]
    [InlineData("CREATE TABLE t (k int, c int static, PRIMARY KEY (k, c))", "c")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n counter)", "counter")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n tuple<int, int>)", "tuple")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n mytype)", "mytype")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n ks.mytype)", "ks.mytype")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n 'org.Foo')", "org.Foo")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n list<list<int>>)", "list<int>")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n list<int, int>)", "list")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY, n frozen<int>)", "int")]
    [InlineData("CREATE TABLE t (k int PRIMARY KEY) WITH COMPACT STORAGE", "COMPACT STORAGE")]
    [InlineData("CREATE TABLE t (k int, c int, v int, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (v ASC)", "v")]
    [InlineData("CREATE TABLE t (k int, c int, d int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (c ASC)", "d")]
    [InlineData("CREATE TABLE t (k int, c int, d int, PRIMARY KEY (k, c, d)) WITH CLUSTERING ORDER BY (d ASC, c ASC)", "c, d")]
    [InlineData("CREATE TABLE \"a-b\" (k int PRIMARY KEY)", "a-b")]
    [InlineData("CREATE TABLE a234567890123456789012345678901234567890123456789 (k int PRIMARY KEY)", "48")]
    [InlineData("CREATE TABLE system.t (k int PRIMARY KEY)", "system")]
    [InlineData("CREATE KEYSPACE system WITH replication = {}", "system")]
    [InlineData("DROP KEYSPACE system", "system")]
    [InlineData("DROP TABLE system.local", "system")]
    public void Wrong_schemas_are_refused_by_name(string text, string named) =>
        Assert.Contains(named, Assert.Throws<CqlInvalidException>(() => _db.Compile(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_keyspace_a_name_must_say_it()
    {
        var exception = Assert.Throws<CqlInvalidException>(() => CqlCompiler.Compile("SELECT * FROM t", ClusterMetadata.Empty, new NoSystem(), null, new TestIds()));
        Assert.Contains("No keyspace", exception.Message, StringComparison.Ordinal);
    }
}
