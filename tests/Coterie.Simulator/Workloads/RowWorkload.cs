using System.Net;
using Coterie.Model.Time;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients that insert rows into a few partitions, delete rows, ranges and whole partitions, and scan: forwards and backwards, with LIMIT, page by
/// page, one partition or the whole table; all at QUORUM.
/// </summary>
public sealed class RowWorkload
{
    private const string Table = "sim.rows";
    private const int ClientsMax = 16;

    private readonly Simulation _simulation;
    private readonly IReadOnlyList<IPEndPoint> _nodes;
    private readonly RowWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly RowHistory _history = new();
    private readonly List<SimulatedProcess> _clients = [];
    private string? _wrong;
    private int _running;
    private bool _stopping;
    private int _sequence;

    public RowWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, RowWorkloadOptions options)
    {
        _simulation = simulation;
        _nodes = nodes;
        _options = options;
        _random = simulation.RandomStream("row workload");
        for (var client = 1; client <= Math.Min(options.Clients, ClientsMax - 1); client++)
        {
            _clients.Add(new SimulatedMachine(
                simulation, $"r{client}", 300 + client, new IPAddress([10, 0, 3, (byte)client]), new SimulatedClock()).Start());
        }
    }

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Scans that ended, over more than one page.</summary>
    public int PagedScans { get; private set; }

    public void CreateTable(Replication replication, TimeSpan limit)
    {
        string[] statements =
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication}",
            $"CREATE TABLE IF NOT EXISTS {Table} (p int, c int, v text, PRIMARY KEY (p, c)) WITH read_repair = '{_options.ReadRepair}' AND gc_grace_seconds = {_options.GraceSeconds}",
        ];
        foreach (var statement in statements)
        {
            var answer = _simulation.Insist(_clients[0], _nodes, new CqlRequest(statement, RegisterWorkloadOptions.One), limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                throw new SimulationViolationException($"{statement}: {answer.Text} (seed {_simulation.Seed})");
            }
        }
    }

    public void Start()
    {
        for (var number = 0; number < _clients.Count; number++)
        {
            var (client, own) = (_clients[number], number);
            _running++;
            client.Post(() => _ = RunClientAsync(client, own));
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

    /// <summary>Once everything is healed: scans every partition, and then the table, of all replicas, within the limit.</summary>
    public void ReadBack(TimeSpan limit)
    {
        int?[] partitions = [.. Enumerable.Range(0, _options.Partitions), null];
        foreach (var partition in partitions)
        {
            _simulation.Run(_clients[0], () => InsistAsync(partition, limit), limit * 2);
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check() => _wrong ?? _history.Check(_options.ReadRepair == "BLOCKING" ? RegisterRule.Begin : RegisterRule.Recency);

    private async Task InsistAsync(int? partition, TimeSpan limit)
    {
        var end = _simulation.NowTicks + limit.Ticks;
        for (var attempt = 0; ; attempt++)
        {
            var connection = new CqlClient(_clients[0], _nodes[attempt % _nodes.Count]);
            var scan = new RowScan(_simulation, _options, _history, Table) { Partition = partition, PageSize = _options.PageSizeMax };
            var answer = await scan.RunAsync(connection, RegisterWorkloadOptions.All);
            connection.Close();
            _wrong ??= scan.Wrong;
            if (answer.Outcome == CqlOutcome.Ok)
            {
                return;
            }

            if (_simulation.NowTicks >= end || answer.Outcome == CqlOutcome.Refused)
            {
                _wrong ??= $"not answered {limit} after everything was healed: {answer.Text}";
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _clients[0].Time);
        }
    }

    private async Task RunClientAsync(SimulatedProcess client, int number)
    {
        var connections = _nodes.Select(node => new CqlClient(client, node)).ToArray();
        while (!_stopping)
        {
            var connection = connections[_random.Next(connections.Length)];
            var draw = _random.NextDouble();
            if (draw < _options.ScanShare)
            {
                await ScanAsync(connection);
            }
            else
            {
                await ChangeAsync(connection, Stamp(client, number), isDeletion: draw < _options.ScanShare + _options.DeleteShare);
            }

            await Task.Delay(_random.Between(TimeSpan.Zero, _options.ThinkTime), client.Time);
        }

        _running--;
    }

    private async Task ScanAsync(CqlClient connection)
    {
        var isTable = _random.Chance(_options.TableScanShare);
        var scan = new RowScan(_simulation, _options, _history, Table)
        {
            Partition = isTable ? null : _random.Next(_options.Partitions),
            IsReverse = !isTable && _random.Chance(0.3),
            Limit = isTable || _random.Chance(0.5) ? 0 : _random.Next(1, _options.Rows),
            PageSize = _random.Chance(0.3) ? 0 : _random.Next(1, _options.PageSizeMax + 1),
        };
        var answer = await scan.RunAsync(connection, RegisterWorkloadOptions.Quorum);
        Count(answer, "a scan");
        _wrong ??= scan.Wrong;
        PagedScans += answer.Outcome == CqlOutcome.Ok && scan.PageSize > 0 ? 1 : 0;
    }

    private async Task ChangeAsync(CqlClient connection, long timestamp, bool isDeletion)
    {
        var partition = _random.Next(_options.Partitions);
        var start = _random.Next(_options.Rows);
        var (first, after) = !isDeletion || _random.Chance(0.5) ? (start, start + 1)
            : _random.Chance(0.6) ? (start, Math.Min(_options.Rows, start + _random.Next(2, 6)))
            : (0, _options.Rows);
        var value = isDeletion ? null : $"v{_sequence++:x5}";
        var statement = value is not null ? $"INSERT INTO {Table} (p, c, v) VALUES ({partition}, {first}, '{value}')"
            : $"DELETE FROM {Table} WHERE p = {partition}" + (after == first + 1 ? $" AND c = {first}"
                : after - first == _options.Rows ? ""
                : $" AND c >= {first} AND c < {after}");
        var rows = Enumerable.Range(first, after - first).Select(row => new RowKey(partition, row)).ToList();
        var change = _history.Begin(value, timestamp, _simulation.NowTicks, rows);
        var answer = await connection.QueryAsync(new CqlRequest(statement, RegisterWorkloadOptions.Quorum, timestamp), _options.RequestTimeout);
        Count(answer, statement);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            change.Acknowledged = _simulation.NowTicks;
        }
        else if (answer.Outcome == CqlOutcome.Unavailable)
        {
            _history.NotApplied(change);
        }
    }

    private void Count(CqlAnswer answer, string statement)
    {
        Succeeded += answer.Outcome == CqlOutcome.Ok ? 1 : 0;
        Failed += answer.Outcome == CqlOutcome.Ok ? 0 : 1;
        _wrong ??= answer.Outcome == CqlOutcome.Refused ? $"refused: {answer.Text}: {statement}" : null;
    }

    /// <summary>Microseconds whose last digits are the client's, so that no two changes have the same.</summary>
    private static long Stamp(SimulatedProcess client, int number)
    {
        var microseconds = client.Time.Microseconds();
        return (microseconds / ClientsMax * ClientsMax) + number;
    }
}
