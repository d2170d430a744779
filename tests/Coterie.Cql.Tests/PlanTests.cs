using System.Buffers;
using Coterie.Cql.Plans;
using Coterie.Cql.Tests.Support;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Time;

namespace Coterie.Cql.Tests;

/// <summary>What plans tell the server and the drivers: markers, routing, reads, mutations.</summary>
public sealed class PlanTests
{
    private readonly Database _db = new();

    public PlanTests()
    {
        _db.Create("CREATE TABLE t (a int, b text, c bigint, v text, l list<int>, s set<text>, m map<text, double>, x int static, PRIMARY KEY ((a, b), c))");
        _db.Create("CREATE TABLE o (k int PRIMARY KEY, v text)");
    }

    [Theory]
    [InlineData("INSERT INTO t (c, b, a, v) VALUES (?, ?, ?, ?) USING TTL ? AND TIMESTAMP ?", "c bigint, b text, a int, v text, [ttl] int, [timestamp] bigint", "2 1")]
    [InlineData("INSERT INTO t (a, b, c, l, s, m) VALUES (1, :b, 1, ?, :set, {?: ?})", "b text, l list<int>, set set<text>, key(m) text, value(m) double", "")]
    [InlineData("UPDATE t USING TTL :t SET l = l + ?, s = s - ?, m = m - ?, v = :t2 WHERE a = ? AND b = ? AND c = ?", "t int, l list<int>, s set<text>, m set<text>, t2 text, a int, b text, c bigint", "5 6")]
    [InlineData("UPDATE t SET m[?] = ?, l[?] = ? WHERE a = ? AND b = ? AND c = 1", "key(m) text, value(m) double, idx(l) int, value(l) int, a int, b text", "4 5")]
    [InlineData("DELETE m[?], s[?], l[?] FROM t USING TIMESTAMP ? WHERE a = 1 AND b = '' AND c = ?", "key(m) text, value(s) text, idx(l) int, [timestamp] bigint, c bigint", "")]
    [InlineData("SELECT * FROM t WHERE b = ? AND a = ? AND c > ? LIMIT ?", "b text, a int, c bigint, [limit] int", "1 0")]
    [InlineData("SELECT * FROM t WHERE a IN ? AND b IN (?, ?)", "in(a) frozen<list<int>>, b text, b text", "")]
    [InlineData("SELECT * FROM t WHERE token(a, b) > ? AND token(a, b) <= :to", "partition key token bigint, to bigint", "")]
    [InlineData("SELECT * FROM o WHERE k = :k", "k int", "0")]
    [InlineData("SELECT * FROM o WHERE k IN (:k, :k)", "k int, k int", "")]
    [InlineData("BEGIN BATCH USING TIMESTAMP ? INSERT INTO o (v, k) VALUES (?, ?) UPDATE o SET v = ? WHERE k = ? APPLY BATCH", "[timestamp] bigint, v text, k int, v text, k int", "2")]
    [InlineData("SELECT * FROM o WHERE k = blobAsInt(?)", "arg0(blobasint) blob", "")]
    public void Markers_are_named_and_typed_as_drivers_know_them(string text, string markers, string partitionKey)
    {
        var plan = _db.Compile(text);
        Assert.Equal(markers, string.Join(", ", plan.Markers.Select(m => $"{m.Name} {m.Type}")));
        Assert.Equal(partitionKey, string.Join(' ', plan.PartitionKeyMarkers));
        Assert.All(plan.Markers, m => Assert.Equal("ks", m.Keyspace));
    }

    [Theory]
    [InlineData("SELECT * FROM t", "a int, b text, c bigint, x int, l list<int>, m map<text, double>, s set<text>, v text")]
    [InlineData("SELECT v AS w, count(*) FROM o", null)]
    [InlineData("SELECT count(*) FROM o", "count bigint")]
    [InlineData("SELECT count(1) AS n FROM o", "n bigint")]
    [InlineData("SELECT v AS w, writetime(v), ttl(v) AS t, token(k) FROM o", "w text, writetime(v) bigint, t int, system.token(k) bigint")]
    public void Result_columns_are_named_as_drivers_know_them(string text, string? columns)
    {
        if (columns is null)
        {
            Assert.Throws<CqlInvalidException>(() => _db.Compile(text));
            return;
        }

        Assert.Equal(columns, string.Join(", ", _db.Compile<SelectPlan>(text).Columns.Select(c => $"{c.Name} {c.Type}")));
    }

    [Fact]
    public void A_read_of_one_row_is_one_slice_of_one_key()
    {
        var plan = _db.Compile<SelectPlan>("SELECT v FROM t WHERE a = ? AND b = ? AND c = ?");
        var command = Assert.Single(plan.Reads(Values.Bind(1, "x", 2L), 99));
        byte[] key = [0, 4, 0, 0, 0, 1, 0, 0, 1, (byte)'x', 0];
        Assert.Equal(key, command.PartitionKey!.Value.ToArray());
        Assert.Equal(Partitioner.TokenOf(key), command.Token);
        Assert.Equal(99, command.NowSeconds);
        Assert.False(command.WithStatic);
        var slice = Assert.Single(command.Slices);
        Assert.Equal(slice.End.ToArray(), [.. slice.Start.ToArray(), 0]);
        Assert.Equal((byte)EntryKind.Row, slice.Start.Span[0]);
    }

    [Fact]
    public void Statics_are_read_when_selected_and_when_whole_partitions_are()
    {
        Assert.True(Assert.Single(_db.Compile<SelectPlan>("SELECT x FROM t WHERE a = 1 AND b = '' AND c = 1").Reads(Values.Bind(), 0)).WithStatic);
        Assert.True(Assert.Single(_db.Compile<SelectPlan>("SELECT v FROM t WHERE a = 1 AND b = ''").Reads(Values.Bind(), 0)).WithStatic);
        Assert.False(Assert.Single(_db.Compile<SelectPlan>("SELECT v FROM t WHERE a = 1 AND b = '' AND c > 1").Reads(Values.Bind(), 0)).WithStatic);
        Assert.False(Assert.Single(_db.Compile<SelectPlan>("SELECT v FROM o").Reads(Values.Bind(), 0)).WithStatic);
    }

    [Fact]
    public void Limits_travel_with_the_read()
    {
        var plan = _db.Compile<SelectPlan>("SELECT v FROM t WHERE a = 1 AND b = '' ORDER BY c DESC LIMIT ?");
        var command = Assert.Single(plan.Reads(Values.Bind(7), 0));
        Assert.True(command.Reversed);
        Assert.Equal(7, command.Limit);
        Assert.Equal(7, plan.Limit(Values.Bind(7)));
        Assert.Equal(int.MaxValue, plan.Limit(Values.Bind(Unset.Value)));
        var count = _db.Compile<SelectPlan>("SELECT count(*) FROM o LIMIT 1");
        Assert.True(count.IsAggregate);
        Assert.Equal(int.MaxValue, Assert.Single(count.Reads(Values.Bind(), 0)).Limit);
        Assert.Equal(1, Assert.Single(_db.Compile<SelectPlan>("SELECT DISTINCT k FROM o").Reads(Values.Bind(), 0)).PartitionLimit);
    }

    [Theory]
    [InlineData("DELETE FROM t WHERE a = 1 AND b = ''", "Header:deletion")]
    [InlineData("DELETE FROM t WHERE a = 1 AND b = '' AND c = 1", "Row:deletion")]
    [InlineData("DELETE FROM t WHERE a = 1 AND b = '' AND c > 1", "Header:ranges RangeTombstone:deletion")]
    [InlineData("DELETE FROM t WHERE a = 1 AND b = '' AND c > 1 AND c < 1", "")]
    [InlineData("DELETE v FROM t WHERE a = 1 AND b = '' AND c = 1", "Row:cell")]
    [InlineData("DELETE l FROM t WHERE a = 1 AND b = '' AND c = 1", "Row:collection")]
    [InlineData("INSERT INTO t (a, b, c) VALUES (1, '', 1)", "Row:marker")]
    [InlineData("INSERT INTO t (a, b, c, v, x) VALUES (1, '', 1, 'v', 1)", "Static:cell Row:marker,cell")]
    [InlineData("INSERT INTO t (a, b, x) VALUES (1, '', 1)", "Static:cell")]
    [InlineData("UPDATE t SET x = 1 WHERE a = 1 AND b = ''", "Static:cell")]
    [InlineData("UPDATE t SET s = {'a', 'b'} WHERE a = 1 AND b = '' AND c = 1", "Row:collection,element,element")]
    [InlineData("UPDATE t SET s = s + {'a'} WHERE a = 1 AND b = '' AND c = 1", "Row:collection,element")]
    [InlineData("UPDATE t SET s = s + {} WHERE a = 1 AND b = '' AND c = 1", "")]
    public void A_statement_writes_these_entries(string text, string expected)
    {
        var set = new MutationSet();
        _db.Compile<ModificationPlan>(text).AppendTo(set, Values.Bind(), new StampContext(new WriteTimestamp(5), new FormationTime(6)), null);
        Assert.Equal(expected.Length == 0 ? 0 : 1, set.Count);
        Assert.Equal(expected, set.Count == 0 ? "" : Describe(set.Encoded(0).Span));
    }

    [Fact]
    public void An_overwrite_deletes_one_microsecond_before_itself()
    {
        var set = new MutationSet();
        _db.Compile<ModificationPlan>("UPDATE t USING TIMESTAMP 100 SET s = {'a'} WHERE a = 1 AND b = '' AND c = 1").AppendTo(
            set, Values.Bind(), new StampContext(new WriteTimestamp(5), new FormationTime(6)), null);
        var mutation = new MutationReader(set.Encoded(0).Span);
        Assert.True(mutation.MoveNext());
        var row = new RowReader(mutation.Row);
        Assert.True(row.MoveNext());
        Assert.Equal(new Deletion(new WriteTimestamp(99), new FormationTime(6)), row.CollectionDeletion);
        Assert.True(row.MoveNext());
        Assert.Equal(100, row.Cell.Timestamp.Microseconds);
    }

    [Fact]
    public void A_prior_read_is_asked_for_only_by_lists()
    {
        ReadCommand? Prior(string set) => _db.Compile<ModificationPlan>($"UPDATE t SET {set} WHERE a = 1 AND b = '' AND c = 1").PriorRead(Values.Bind(), 0);
        Assert.Null(Prior("l = l + [1], s = s - {'a'}, m['a'] = 1, v = 'x'"));
        Assert.NotNull(Prior("l[0] = 1"));
        Assert.NotNull(Prior("l = l - [1]"));
        Assert.Null(_db.Compile<ModificationPlan>("DELETE s['x'] FROM t WHERE a = 1 AND b = '' AND c = 1").PriorRead(Values.Bind(), 0));
        Assert.NotNull(_db.Compile<ModificationPlan>("DELETE l[0] FROM t WHERE a = 1 AND b = '' AND c = 1").PriorRead(Values.Bind(), 0));
    }

    [Fact]
    public void Two_keys_of_one_table_are_two_mutations_however_many_there_are()
    {
        var set = new MutationSet();
        var plan = _db.Compile<ModificationPlan>("INSERT INTO o (k, v) VALUES (?, 'x')");
        for (var round = 0; round < 3; round++)
        {
            set.Clear();
            for (var i = 0; i < 100; i++)
            {
                plan.AppendTo(set, Values.Bind(i % 50), new StampContext(new WriteTimestamp(i), new FormationTime(6)), null);
            }

            Assert.Equal(50, set.Count);
            for (var i = 0; i < set.Count; i++)
            {
                MutationReader.Validate(set.Encoded(i).Span);
                Assert.Equal(set.Token(i), Partitioner.TokenOf(new MutationReader(set.Encoded(i).Span).PartitionKey));
                Assert.Equal("Row:marker,cell Row:marker,cell", Describe(set.Encoded(i).Span));
            }
        }
    }

    [Fact]
    public void Executing_a_prepared_insert_allocates_nothing()
    {
        var plan = _db.Compile<ModificationPlan>("INSERT INTO t (a, b, c, v, x) VALUES (?, ?, ?, ?, ?) USING TTL ?");
        var values = Values.Bind(1, "key", 5L, "value", 3, 60);
        var set = new MutationSet();
        for (var i = 0; i < 100; i++)
        {
            Append(plan, values, set);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Append(plan, values, set);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_read_of_one_row_allocates_little()
    {
        var plan = _db.Compile<SelectPlan>("SELECT v FROM t WHERE a = ? AND b = ? AND c = ?");
        var values = Values.Bind(1, "key", 5L);
        plan.Reads(values, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            plan.Reads(values, 1);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 450);
    }

    [Fact]
    public void Projecting_rows_allocates_nothing_a_row()
    {
        var key = new ArrayBufferWriter<byte>();
        var table = _db.Metadata.Table("ks", "t")!;
        var set = new MutationSet();
        Append(_db.Compile<ModificationPlan>("INSERT INTO t (a, b, c, v, l, s) VALUES (1, 'b', 7, 'value', [1, 2], {'x', 'y'})"), Values.Bind(), set);
        var reader = new MutationReader(set.Encoded(0).Span);
        Assert.True(reader.MoveNext());
        EntryKey.BeginRow(key);
        EntryKey.WriteClustering(table.Clustering[0], Values.BigInt(7), key);
        Assert.Equal(key.WrittenSpan, reader.EntryKey);
        var row = new RowEntry(reader.EntryKey.ToArray(), reader.Row.ToArray());
        var partition = new PartitionRows { Token = reader.Token, PartitionKey = reader.PartitionKey.ToArray(), Rows = [.. Enumerable.Repeat(row, 1_000)] };
        var projector = _db.Compile<SelectPlan>("SELECT * FROM t").CreateProjector(Values.Bind(), 5);
        var rows = new ArrayBufferWriter<byte>(1024 * 1024);
        projector.Project(partition, 1_000, rows);
        rows.ResetWrittenCount();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = projector.Project(partition, 900, rows);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(900, count);
        Assert.InRange(allocated, 0, 900);
    }

    private static void Append(ModificationPlan plan, BoundValues values, MutationSet set)
    {
        set.Clear();
        plan.AppendTo(set, values, new StampContext(new WriteTimestamp(5), new FormationTime(6)), null);
        _ = set.Encoded(0);
    }

    private static string Describe(ReadOnlySpan<byte> mutation)
    {
        MutationReader.Validate(mutation);
        var entries = new List<string>();
        var reader = new MutationReader(mutation);
        while (reader.MoveNext())
        {
            var parts = new List<string>();
            var row = new RowReader(reader.Row);
            if (row.HasRanges)
            {
                parts.Add("ranges");
            }

            if (!row.RowDeletion.IsNone)
            {
                parts.Add("deletion");
            }

            if (row.HasMarker)
            {
                parts.Add("marker");
            }

            while (row.MoveNext())
            {
                parts.Add(row.Part switch { RowPart.SimpleColumn => "cell", RowPart.Collection => "collection", _ => "element" });
            }

            entries.Add($"{(EntryKind)reader.EntryKey[0]}:{string.Join(',', parts)}");
        }

        return string.Join(' ', entries);
    }
}
