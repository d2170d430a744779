using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Model.Time;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients that write and read a few registers through whichever node they like, and remember everything. Each write goes, in one batch, to the
/// register and to a row of its own that nothing overwrites: there its timestamp can be read afterwards, whoever gave it.
/// </summary>
public sealed class RegisterWorkload
{
    private const string Table = "sim.registers";

    private readonly Simulation _simulation;
    private readonly IReadOnlyList<IPEndPoint> _nodes;
    private readonly RegisterWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly RegisterHistory[] _histories;
    private readonly string?[] _seen;
    private readonly List<SimulatedProcess> _clients = [];
    private int _running;
    private bool _stopping;
    private int _sequence;

    public RegisterWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, RegisterWorkloadOptions options)
    {
        _simulation = simulation;
        _nodes = nodes;
        _options = options;
        _random = simulation.RandomStream("workload");
        _histories = [.. Enumerable.Range(0, options.Keys).Select(static _ => new RegisterHistory())];
        _seen = new string?[options.Keys];
        for (var client = 1; client <= options.Clients; client++)
        {
            var skew = options.ClientSkew * ((_random.NextDouble() * 2) - 1);
            var clock = new SimulatedClock { Offset = skew };
            _clients.Add(new SimulatedMachine(simulation, $"c{client}", 100 + client, new IPAddress([10, 0, 1, (byte)client]), clock).Start());
        }
    }

    /// <summary>Statements that the server refused as wrong: there should be none.</summary>
    public List<string> Refusals { get; } = [];

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    public IReadOnlyList<RegisterHistory> Histories => _histories;

    /// <summary>Makes keyspace and table, trying for as long as it takes the cluster to form.</summary>
    public void CreateTable(Replication replication, string readRepair, TimeSpan limit)
    {
        var kind = _options.Timestamps == TimestampSource.Leader ? " AND consistency = 'global'" : "";
        var timestamps = _options.Timestamps == TimestampSource.Server ? " AND timestamps = 'server'" : "";
        string[] statements =
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication}{kind}",
            $"CREATE TABLE IF NOT EXISTS {Table} (k int, c text, v text, PRIMARY KEY (k, c)) WITH read_repair = '{readRepair}'{timestamps}",
        ];
        foreach (var statement in statements)
        {
            var answer = Insist(_clients[0], statement, RegisterWorkloadOptions.Quorum, limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new SimulationViolationException($"{statement}: {answer.Text} (seed {_simulation.Seed})");
            }
        }
    }

    public void Start()
    {
        foreach (var client in _clients)
        {
            _running++;
            client.Post(() => _ = RunClientAsync(client));
        }
    }

    public void Stop(TimeSpan limit)
    {
        _stopping = true;
        if (!_simulation.RunUntil(() => _running == 0, limit))
        {
            throw new SimulationViolationException($"A client still waited for its answer {limit} after the end (seed {_simulation.Seed}).");
        }
    }

    /// <summary>Once everything is healed: a write to every register is acknowledged within the limit.</summary>
    public void WriteAll(TimeSpan limit)
    {
        for (var key = 0; key < _options.Keys; key++)
        {
            var answer = Insist(_clients[0], $"INSERT INTO {Table} (k, c, v) VALUES ({key}, 'last', 'last')", _options.WriteConsistency, limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new SimulationViolationException($"No write {limit} after everything was healed: {answer.Text} (seed {_simulation.Seed})");
            }
        }
    }

    /// <summary>
    /// Once everything is healed: reads every register and every write's own row, within the limit (a healthy cluster that does not
    /// answer is a failure too), and learns from them the timestamps that nodes gave.
    /// </summary>
    public void ReadBack(ushort consistency, TimeSpan limit)
    {
        for (var key = 0; key < _options.Keys; key++)
        {
            var invoked = _simulation.NowTicks;
            var answer = Insist(_clients[0], $"SELECT c, v, writetime(v) FROM {Table} WHERE k = {key}", consistency, limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new SimulationViolationException($"Not answered {limit} after everything was healed: {answer.Text} (seed {_simulation.Seed})");
            }

            Learn(_histories[key], answer, invoked);
        }
    }

    /// <summary>Every register against the rule, and every acknowledged write's own row, and every timestamp told against the one given.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(RegisterRule rule)
    {
        int[] views = _options.IsJudgedPerDatacenter ? [.. Enumerable.Range(1, _options.Datacenters)] : [RegisterHistory.Everywhere];
        if (Refusals.Count > 0)
        {
            return $"refused: {Refusals[0]}";
        }

        for (var key = 0; key < _options.Keys; key++)
        {
            var history = _histories[key];
            if (history.Reads.FirstOrDefault(read => !read.IsRefusal && read.Value is { } value && history.Find(value) is { } write && write.Timestamp != read.Timestamp) is { } odd)
            {
                return $"key {key}: {odd} tells another timestamp than {history.Find(odd.Value!)!.Timestamp}\n{history.Describe(60)}";
            }

            if (views.Select(view => CheckRegister(history, rule, view)).FirstOrDefault(static wrong => wrong is not null) is { } wrong)
            {
                return $"key {key}: {wrong}\n{history.Describe(60)}";
            }
        }

        return LostRow;
    }

    private string? CheckRegister(RegisterHistory history, RegisterRule rule, int datacenter)
    {
        var operations = history.Operations(datacenter);
        if (RegisterChecker.Check(operations, rule) is { } violation)
        {
            var read = history.ReadsIn(datacenter)[operations.Where(static o => o.Kind == OperationKind.Read).ToList().IndexOf(violation.Read)];
            return $"{read}: {violation.Why}";
        }

        var stamped = _options.Timestamps switch
        {
            TimestampSource.Server => history.FirstStampThatWentBack(static write => write.Coordinator),
            TimestampSource.Leader => history.FirstStampThatWentBack(static _ => "the group") ?? history.FirstWriteAfterAnotherThanExpected() ?? CheckEventualReads(history),
            _ => null,
        };
        if (stamped is not null)
        {
            return stamped;
        }

        // Whatever the level of the clients, the last read, of every replica of a healed cluster, sees all that was acknowledged.
        var last = operations.FindLastIndex(static o => o.Kind == OperationKind.Read);
        return rule != RegisterRule.Real || last < 0
            ? null
            : RegisterChecker.Check([.. operations.Where((o, at) => o.Kind == OperationKind.Write || at == last)], RegisterRule.Recency)?.Why;
    }

    private static string? CheckEventualReads(RegisterHistory history) =>
        RegisterChecker.Check(history.EventualOperations(), RegisterRule.Real) is { } violation ? $"a read at ONE: {violation.Why}" : null;

    /// <summary>An acknowledged write whose own row was not there at the end, or null.</summary>
    public string? LostRow { get; private set; }

    private async Task RunClientAsync(SimulatedProcess client)
    {
        // A client is at home in one data centre, and talks to its nodes alone; see SimulatedClusterOptions.DatacenterOf.
        var home = _clients.IndexOf(client) % _options.Datacenters;
        var connections = _nodes.Where((_, index) => index % _options.Datacenters == home).Select(node => new CqlClient(client, node)).ToArray();
        while (!_stopping)
        {
            var key = _random.Next(_options.Keys);
            var connection = connections[_random.Next(connections.Length)];
            if (_random.Chance(_options.WriteShare))
            {
                await (_options.ConditionalShare > 0 && _random.Chance(_options.ConditionalShare)
                    ? WriteIfAsync(client, connection, key)
                    : WriteAsync(client, connection, key, home + 1));
            }
            else
            {
                await ReadAsync(connection, key, home + 1);
            }

            await Task.Delay(_random.Between(TimeSpan.Zero, _options.ThinkTime), client.Time);
        }

        _running--;
    }

    private async Task WriteAsync(SimulatedProcess client, CqlClient connection, int key, int datacenter)
    {
        var value = $"{client.Name}-{_sequence++:x4}";
        var timestamp = _options.Timestamps == TimestampSource.Client ? Stamp(client) : (long?)null;
        var write = _histories[key].BeginWrite(value, timestamp, connection.Server.ToString(), _simulation.NowTicks, datacenter);
        var batch = $"BEGIN BATCH INSERT INTO {Table} (k, c, v) VALUES ({key}, '', '{value}'); "
            + $"INSERT INTO {Table} (k, c, v) VALUES ({key}, '{value}', '{value}'); APPLY BATCH";
        var answer = await connection.QueryAsync(
            new CqlRequest(batch, _options.WriteConsistency, timestamp) { Required = _options.WriteRequired }, _options.RequestTimeout);
        Count(answer, batch);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            write.Acknowledged = _simulation.NowTicks;
        }
        else if (answer.Outcome == CqlOutcome.Unavailable)
        {
            _histories[key].NotApplied(write);
        }
    }

    /// <summary>Writes if the register still is what somebody saw last. Who is told that it is not has read it.</summary>
    private async Task WriteIfAsync(SimulatedProcess client, CqlClient connection, int key)
    {
        var value = $"{client.Name}-{_sequence++:x4}";
        var invoked = _simulation.NowTicks;
        var write = _histories[key].BeginConditionalWrite(value, _seen[key], connection.Server.ToString(), invoked);
        var expected = write.Expected is null ? "null" : $"'{write.Expected}'";
        var batch = $"BEGIN BATCH UPDATE {Table} SET v = '{value}' WHERE k = {key} AND c = '' IF v = {expected}; "
            + $"INSERT INTO {Table} (k, c, v) VALUES ({key}, '{value}', '{value}'); APPLY BATCH";
        var answer = await connection.QueryAsync(new CqlRequest(batch, _options.WriteConsistency), _options.RequestTimeout);
        Count(answer, batch);
        if (answer.Outcome == CqlOutcome.Unavailable)
        {
            _histories[key].NotApplied(write);
        }
        else if (answer.Outcome == CqlOutcome.Ok && answer.Rows[0][0] is [1])
        {
            (write.Acknowledged, _seen[key]) = (_simulation.NowTicks, value);
        }
        else if (answer.Outcome == CqlOutcome.Ok)
        {
            // [applied], the key, the value; or the first alone where there is no row.
            _histories[key].NotApplied(write);
            var found = answer.Rows[0].Length > 1 ? answer.Rows[0][^1] : null;
            _seen[key] = found is null ? null : Encoding.UTF8.GetString(found);
            _histories[key].AddRead(new RegisterRead(_seen[key], null, invoked, _simulation.NowTicks, connection.Server.ToString()) { IsRefusal = true });
        }
    }

    private async Task ReadAsync(CqlClient connection, int key, int datacenter)
    {
        var invoked = _simulation.NowTicks;
        var select = $"SELECT v, writetime(v) FROM {Table} WHERE k = {key} AND c = ''";
        var isEventual = _options.EventualReadShare > 0 && _random.Chance(_options.EventualReadShare);
        var consistency = isEventual ? RegisterWorkloadOptions.One : _options.ReadConsistency;
        var answer = await connection.QueryAsync(new CqlRequest(select, consistency) { Required = _options.ReadRequired }, _options.RequestTimeout);
        Count(answer, select);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            var row = answer.Rows.Count == 0 ? null : answer.Rows[0];
            AddRead(_histories[key], row?[0], row?[1], invoked, connection.Server.ToString(), datacenter, isEventual);
            _seen[key] = _histories[key].Reads[^1].Value;
        }
    }

    private void Count(CqlAnswer answer, string statement)
    {
        if (answer.Outcome == CqlOutcome.Ok)
        {
            Succeeded++;
        }
        else
        {
            Failed++;
        }

        if (answer.Outcome == CqlOutcome.Refused)
        {
            Refusals.Add($"{answer.Text}: {statement}");
        }
    }

    private void Learn(RegisterHistory history, CqlAnswer answer, long invoked)
    {
        var own = new HashSet<string>();
        foreach (var row in answer.Rows)
        {
            var name = Encoding.UTF8.GetString(row[0]!);
            if (name is not ("" or "last"))
            {
                own.Add(name);
                if (history.Find(name) is { } write)
                {
                    write.Timestamp ??= Long(row[2]);
                }
                else
                {
                    LostRow ??= $"a row {name} that nobody wrote, or that was said not to have been applied";
                }
            }
        }

        var register = answer.Rows.FirstOrDefault(static row => row[0] is []);
        AddRead(history, register?[1], register?[2], invoked, "the end", RegisterHistory.Everywhere);
        if (history.Writes.FirstOrDefault(write => write.Acknowledged is not null && !own.Contains(write.Value)) is { } lost)
        {
            LostRow ??= $"the row of {lost.Value} is gone, which was acknowledged at {new TimeSpan(lost.Acknowledged!.Value)}";
        }
    }

    private void AddRead(RegisterHistory history, byte[]? value, byte[]? timestamp, long invoked, string coordinator, int datacenter, bool isEventual = false) =>
        history.AddRead(new RegisterRead(
            value is null ? null : Encoding.UTF8.GetString(value), Long(timestamp), invoked, _simulation.NowTicks, coordinator, datacenter)
        {
            IsEventual = isEventual,
        });

    private CqlAnswer Insist(SimulatedProcess client, string statement, ushort consistency, TimeSpan limit) =>
        _simulation.Insist(client, _nodes, new CqlRequest(statement, consistency), limit);

    private long Stamp(SimulatedProcess client)
    {
        var microseconds = client.Time.Microseconds();
        var grain = _options.TimestampGrain.Ticks / TimeSpan.TicksPerMicrosecond;
        return microseconds / grain * grain;
    }

    private static long? Long(byte[]? value) => value is null ? null : BinaryPrimitives.ReadInt64BigEndian(value);
}
