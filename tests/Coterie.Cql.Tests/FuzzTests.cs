using System.Text;
using Coterie.Cql.Plans;
using Coterie.Cql.Tests.Support;
using Coterie.Model.Time;
using CsCheck;

namespace Coterie.Cql.Tests;

/// <summary>Whatever the text and whatever is bound, nothing but the three exceptions of CQL comes out.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Statements =
    [
        "SELECT * FROM t WHERE k = 1 AND c IN (1, 2) AND d >= ? ORDER BY c DESC LIMIT 10 ALLOW FILTERING",
        "SELECT DISTINCT k, s FROM t WHERE token(k) > -5 AND token(k) <= token(?)",
        "SELECT v AS x, count(*), writetime(v), ttl(v), token(k) FROM ks.t WHERE (c, d) > (1, 2)",
        "INSERT INTO t (k, c, d, v, l, st, m) VALUES (1, 2, 3, 'it''s', [1, -2], {0xff}, {'a': 1.5e3}) USING TTL 5 AND TIMESTAMP 6",
        "INSERT INTO t (k, c, d, v) VALUES (:k, ?, now(), $$x$$)",
        "UPDATE t USING TTL ? SET l = l + [1], l[0] = 5, m['a'] = NaN, st = st - {0x00}, s = (int) 5 WHERE k IN ? AND c = 1 AND d = 2",
        "DELETE l[0], m[?], v FROM t USING TIMESTAMP 5 WHERE k = 1 AND c = 1 AND d = 1",
        "BEGIN UNLOGGED BATCH USING TIMESTAMP ? INSERT INTO t (k, s) VALUES (1, 1); DELETE FROM t WHERE k = 1 AND c < 5; APPLY BATCH;",
        "CREATE TABLE x (k int, c frozen<map<text, list<int>>>, v set<uuid> static, PRIMARY KEY ((k), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'a' AND compaction = {'class': 'x'}",
        "CREATE KEYSPACE IF NOT EXISTS y WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': '1'} AND durable_writes = true",
        "TRUNCATE TABLE t", "DROP TABLE IF EXISTS ks.t", "USE ks",
        "INSERT INTO t (k, c, d, v) VALUES (1y2mo3d, P1Y, -P0001-02-03T04:05:06, 123e4567-e89b-12d3-a456-426614174000)",
    ];

    private static readonly string[] Words =
    [
        .. Statements.SelectMany(s => s.Split(' ')), "(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":", ".", "?", "=", "<=", "+", "-", "*", "/",
        "'", "\"", "$$", "--", "/*", "*/", "\n", "0x", "1e", "null", "true", "frozen<", "list<int>", "\0", "é", "\ud800", "1.", "..", "@", "%", "99999999999999999999",
    ];

    private static readonly Gen<string> Word = Gen.Int[0, Words.Length - 1].Select(i => Words[i]);

    private static readonly Gen<string> Soup = Word.Array[0, 40].Select(w => string.Join(' ', w));

    private static readonly Gen<string> Damaged =
        Gen.Select(Gen.Int[0, Statements.Length - 1].Select(i => Statements[i]), Gen.Select(Gen.Int[0, 3], Gen.Int[0, 400], Gen.Int[0, 20], Word).Array[1, 4], (statement, edits) =>
        {
            var text = new StringBuilder(statement);
            foreach (var (kind, at, length, word) in edits)
            {
                var from = at % (text.Length + 1);
                if (kind is 0 or 2)
                {
                    text.Remove(from, Math.Min(length, text.Length - from));
                }

                if (kind is 1 or 2)
                {
                    text.Insert(from, word);
                }

                if (kind == 3)
                {
                    text.Insert(from, statement.AsSpan(0, Math.Min(length, statement.Length)));
                }
            }

            return text.ToString();
        });

    private static readonly Gen<object?[]> Bound = Gen.OneOf<object?>(
        Gen.Byte.Array[0, 20].Select(b => (object?)b),
        Gen.Int.Select(i => (object?)i),
        Gen.Const<object?>(() => null),
        Gen.Const<object?>(() => Unset.Value),
        Gen.Int[-1, 3].Array[0, 3].Select(a => (object?)a)).Array[0, 4];

    [Fact]
    public void Only_the_exceptions_of_cql_escape()
    {
        var accepted = 0;
        Gen.Select(Gen.OneOf(Soup, Damaged), Bound).Sample(
            (text, values) =>
            {
                if (Try(text, values))
                {
                    Interlocked.Increment(ref accepted);
                }
            },
            iter: 30_000,
            threads: 1);
        Assert.True(accepted > 100, $"only {accepted} statements were accepted: the fuzzer tests nothing but refusals");
    }

    [Fact]
    public void The_statements_that_are_damaged_are_themselves_read() =>
        Assert.All(Statements, s => Assert.NotNull(Syntax.StatementParser.Parse(s)));

    private static Database NewDatabase()
    {
        var database = new Database();
        database.Create("CREATE TABLE t (k int, c int, d int, v text, l list<int>, st set<blob>, m map<text, double>, s int static, PRIMARY KEY (k, c, d))");
        return database;
    }

    private static bool Try(string text, object?[] values)
    {
        try
        {
            Execute(NewDatabase().Compile(text), values);
            return true;
        }
        catch (Exception e) when (e is CqlSyntaxException or CqlInvalidException or CqlConfigurationException)
        {
            return false;
        }
    }

    private static void Execute(Plan plan, object?[] values)
    {
        var bound = Values.Bind([.. Enumerable.Range(0, plan.Markers.Length).Select(i => i < values.Length ? values[i] : 1)]);
        switch (plan)
        {
            case ModificationPlan modification:
                var set = new MutationSet();
                modification.PriorRead(bound, 5);
                modification.AppendTo(set, bound, new StampContext(new WriteTimestamp(5), new FormationTime(6)), null);
                for (var i = 0; i < set.Count; i++)
                {
                    Model.Mutations.MutationReader.Validate(set.Encoded(i).Span);
                }

                break;
            case SelectPlan select:
                select.Limit(bound);
                select.CreateProjector(bound, 5);
                foreach (var command in select.Reads(bound, 5))
                {
                    var encoded = new System.Buffers.ArrayBufferWriter<byte>();
                    command.Encode(encoded);
                    Model.Reads.ReadCommand.Decode(encoded.WrittenSpan);
                }

                break;
        }
    }
}
