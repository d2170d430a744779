using Coterie.Model.Quorum;
using Coterie.Server.Protocol;
using Coterie.Server.Tests.Fixtures;

namespace Coterie.Server.Tests.Semantics;

/// <summary>
/// Generated statements against whole nodes and against <see cref="ModelTable"/>, which knows of no rows, only of everything that was ever
/// written: whatever is read, however it is paged, must be what the model says.
/// </summary>
public sealed class SemanticsTests
{
    private const int StatementsPerTable = 150;

    [Theory]
    [InlineData(1, 32)]
    [InlineData(3, 8)]
    public async Task Whatever_is_written_is_read_as_the_model_reads_it(int nodes, int tables)
    {
        var first = int.Parse(Environment.GetEnvironmentVariable("COTERIE_SEMANTICS_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var count = int.Parse(Environment.GetEnvironmentVariable("COTERIE_SEMANTICS_TABLES") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        var time = new SteppedTime();
        await using var cluster = await TestCluster.StartAsync(nodes, time: time);
        var clients = new List<TestClient>();
        for (var i = 0; i < nodes; i++)
        {
            clients.Add(await cluster.ConnectAsync(i));
        }

        await clients[0].QueryAsync($"CREATE KEYSPACE k WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {nodes}}}");
        for (var seed = first; seed < first + (count == 0 ? tables : count); seed++)
        {
            await new Run(clients, time, seed).ExecuteAsync();
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>One generated table and what is done to it.</summary>
    private sealed class Run(List<TestClient> clients, SteppedTime time, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<string> _history = [];

        public async Task ExecuteAsync()
        {
            var schema = ModelSchema.Generate($"k.t{seed}", _random);
            var created = await clients[0].QueryAsync(schema.CreateTable);
            Assert.True(created.Opcode == Opcode.Result, created.Opcode == Opcode.Error ? $"{created.Error()}: {schema.CreateTable}" : "");
            var table = new ModelTable(schema);
            var writes = new WriteMaker(table, _random);
            var selects = new SelectMaker(table, writes, _random);
            _history.Add(schema.CreateTable);
            for (var i = 0; i < StatementsPerTable; i++)
            {
                time.Step(_random.Next(5) == 0 ? _random.Next(4) : 0);
                await WriteAsync(writes.Make(time.NowSeconds));
                await ReadAsync(selects.Make(time.NowSeconds));
            }
        }

        private TestClient Client() => clients[_random.Next(clients.Count)];

        private async Task WriteAsync(MadeWrite made)
        {
            _history.Add(Describe(made.Statement, $" @{made.DefaultTimestamp} now {time.NowSeconds}"));
            var answer = await Client().AskAsync(Opcode.Query, TestClient.Body(w => Write(w, made.Statement, 0, null, made.DefaultTimestamp)));
            Assert.True(answer.Opcode == Opcode.Result, answer.Opcode == Opcode.Error ? Explain($"{answer.Error()}") : "");
            foreach (var (partition, write) in made.Writes)
            {
                partition.Add([write]);
            }
        }

        private async Task ReadAsync(MadeSelect made)
        {
            var rows = new List<string>();
            byte[]? state = null;
            do
            {
                var answer = await Client().AskAsync(Opcode.Query, TestClient.Body(w => Write(w, made.Statement, made.PageSize, state, null)));
                Assert.True(answer.Opcode == Opcode.Result, answer.Opcode == Opcode.Error ? Explain($"{answer.Error()} {Describe(made.Statement, "")}") : "");
                var page = answer.Rows();
                Assert.True(made.PageSize == 0 || page.Rows.Count <= made.PageSize, Explain("a page has too many rows"));
                Assert.True(page.PagingState is null || page.Rows.Count > 0, Explain("an empty page has another after it"));
                rows.AddRange(page.Rows.Select(r => string.Join(", ", r.Select(SelectMaker.Show))));
                state = page.PagingState;
            }
            while (state is not null);
            if (!rows.SequenceEqual(made.Expected))
            {
                Assert.Fail(Explain(
                    $"{Describe(made.Statement, $" page {made.PageSize} now {time.NowSeconds}")}\nexpected:\n  {string.Join("\n  ", made.Expected)}\nactual:\n  {string.Join("\n  ", rows)}"));
            }
        }

        private static void Write(FrameWriter w, StatementText statement, int pageSize, byte[]? state, long? timestamp)
        {
            w.WriteBytes(TestClient.Text(statement.Text));
            w.WriteShort((int)ConsistencyLevel.Quorum);
            w.WriteByte((byte)((statement.Values.Count > 0 ? 1 : 0) | (pageSize != 0 ? 4 : 0) | (state is not null ? 8 : 0) | (timestamp is not null ? 0x20 : 0)));
            if (statement.Values.Count > 0)
            {
                w.WriteShort(statement.Values.Count);
                foreach (var value in statement.Values)
                {
                    if (value is null || ReferenceEquals(value, StatementText.Unset))
                    {
                        w.WriteInt(value is null ? -1 : -2);
                    }
                    else
                    {
                        w.WriteBytes(value);
                    }
                }
            }

            if (pageSize != 0)
            {
                w.WriteInt(pageSize);
            }

            if (state is not null)
            {
                w.WriteBytes(state);
            }

            if (timestamp is { } stamp)
            {
                w.WriteInt((int)(stamp >> 32));
                w.WriteInt((int)stamp);
            }
        }

        private static string Describe(StatementText statement, string rest) =>
            $"{statement.Text}{rest} [{string.Join(", ", statement.Values.Select(v => ReferenceEquals(v, StatementText.Unset) ? "unset" : SelectMaker.Show(v)))}]";

        private string Explain(string what) => $"seed {seed}: {what}\nafter:\n{string.Join("\n", _history)}";
    }

    /// <summary>The wall clock stands until it is told to go on; timers run as ever.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

        public long NowSeconds => _now.ToUnixTimeSeconds();

        public override DateTimeOffset GetUtcNow() => _now;

        public void Step(int seconds) => _now = _now.AddSeconds(seconds);
    }
}
