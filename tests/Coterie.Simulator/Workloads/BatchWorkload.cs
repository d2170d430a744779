using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients that write logged batches, each a row of its own number into several partitions; at the end every batch is there whole or not at all, and
/// whole if it was acknowledged.
/// </summary>
public sealed class BatchWorkload
{
    private const string Table = "sim.batches";

    private readonly Simulation _simulation;
    private readonly IReadOnlyList<IPEndPoint> _nodes;
    private readonly BatchWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly List<SimulatedProcess> _clients = [];
    private readonly BatchHistory _history = new();
    private string? _wrong;
    private int _running;
    private bool _stopping;

    public BatchWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, BatchWorkloadOptions options)
    {
        _simulation = simulation;
        _nodes = nodes;
        _options = options;
        _random = simulation.RandomStream("batch workload");
        for (var client = 1; client <= options.Clients; client++)
        {
            _clients.Add(new SimulatedMachine(
                simulation, $"b{client}", 400 + client, new IPAddress([10, 0, 4, (byte)client]), new SimulatedClock()).Start());
        }
    }

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Batches of which nobody was told how they ended, and that are there whole.</summary>
    public int UnknownButWhole => _history.UnknownButWhole;

    public void CreateTable(Replication replication, TimeSpan limit)
    {
        foreach (var statement in new[]
        {
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication}",
            $"CREATE TABLE IF NOT EXISTS {Table} (p int, c int, v text, PRIMARY KEY (p, c))",
        })
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
            throw new SimulationViolationException($"A batch was not answered {limit} after the end (seed {_simulation.Seed}).");
        }
    }

    /// <summary>Once everything is healed and what was unfinished has been finished.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(TimeSpan limit)
    {
        for (var partition = 0; partition < _options.Partitions && _wrong is null; partition++)
        {
            var select = new CqlRequest($"SELECT c, v FROM {Table} WHERE p = {partition}", RegisterWorkloadOptions.All);
            var answer = _simulation.Insist(_clients[0], _nodes, select, limit);
            if (answer.Outcome != CqlOutcome.Ok)
            {
                return $"not answered {limit} after everything was healed: {answer.Text}";
            }

            foreach (var row in answer.Rows)
            {
                var number = BinaryPrimitives.ReadInt32BigEndian(row[0]);
                var value = row[1];
                _history.Found(number, partition, value is null ? "nothing" : Encoding.UTF8.GetString(value));
            }
        }

        return _wrong ?? _history.Check();
    }

    private async Task RunClientAsync(SimulatedProcess client)
    {
        var connections = _nodes.Select(node => new CqlClient(client, node)).ToArray();
        while (!_stopping)
        {
            await WriteAsync(connections[_random.Next(connections.Length)]);
            await Task.Delay(_random.Between(TimeSpan.Zero, _options.ThinkTime), client.Time);
        }

        _running--;
    }

    private async Task WriteAsync(CqlClient connection)
    {
        var partitions = new SortedSet<int>();
        var count = _random.Next(_options.PartitionsPerBatchMin, _options.PartitionsPerBatchMax + 1);
        while (partitions.Count < count)
        {
            partitions.Add(_random.Next(_options.Partitions));
        }

        var number = _history.Begin(partitions);
        var batch = new StringBuilder("BEGIN BATCH ");
        foreach (var partition in partitions)
        {
            batch.Append(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"INSERT INTO {Table} (p, c, v) VALUES ({partition}, {number}, '{BatchHistory.ValueOf(number)}'); "));
        }

        var answer = await connection.QueryAsync(new CqlRequest(batch.Append("APPLY BATCH").ToString(), _options.Level), _options.RequestTimeout);
        Succeeded += answer.Outcome == CqlOutcome.Ok ? 1 : 0;
        Failed += answer.Outcome == CqlOutcome.Ok ? 0 : 1;
        _wrong ??= answer.Outcome == CqlOutcome.Refused ? $"refused: {answer.Text}" : null;
        _history.End(number, answer.Outcome);
    }
}
