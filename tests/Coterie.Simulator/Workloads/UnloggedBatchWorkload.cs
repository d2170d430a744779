using System.Buffers.Binary;
using System.Net;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>Clients that write rows into several partitions in one unlogged batch, and look at batches in one partition; all at QUORUM.</summary>
public sealed class UnloggedBatchWorkload
{
    private const string Table = "sim.pieces";

    private readonly Simulation _simulation;
    private readonly UnloggedBatchWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly ClientPool _clients;
    private readonly UnloggedBatchHistory _history = new();
    private readonly Dictionary<(int Batch, int Partition), int> _seen = [];
    private string? _wrong;

    public UnloggedBatchWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, UnloggedBatchWorkloadOptions options)
    {
        _simulation = simulation;
        _options = options;
        _random = simulation.RandomStream("batch workload");
        _clients = new ClientPool(simulation, nodes, _random, options.Clients, network: 7);
    }

    public ClientPool Clients => _clients;

    /// <summary>Batches whose outcome the client did not learn: those for which the promise matters.</summary>
    public int Unknown => _history.Batches.Count(static batch => batch.Ending == BatchEnding.Unknown);

    public void CreateTable(Replication replication, TimeSpan limit) => _clients.Prepare(
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication}",
            $"CREATE TABLE IF NOT EXISTS {Table} (p int, b int, r int, PRIMARY KEY (p, b, r))",
        ],
        limit);

    public void Start() => _clients.Start((connection, _) => _random.Chance(_options.WriteShare) ? WriteAsync(connection) : LookAsync(connection), _options.ThinkTime);

    /// <summary>Once everything is healed: reads every partition of all replicas, within the limit.</summary>
    public void ReadBack(TimeSpan limit)
    {
        _seen.Clear();
        for (var partition = 0; partition < _options.Partitions; partition++)
        {
            foreach (var row in _clients.Insist($"SELECT b, r FROM {Table} WHERE p = {partition}", RegisterWorkloadOptions.All, limit)?.Rows ?? [])
            {
                var place = (BinaryPrimitives.ReadInt32BigEndian(row[0]), partition);
                _seen[place] = _seen.GetValueOrDefault(place) + 1;
            }
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check() => _clients.Wrong ?? _wrong ?? _history.Check(_seen);

    private async Task WriteAsync(CqlClient connection)
    {
        var count = _random.Next(2, _options.PartitionsPerBatchMax + 1);
        var first = _random.Next(_options.Partitions);
        List<int> partitions = [.. Enumerable.Range(0, count).Select(offset => (first + offset) % _options.Partitions)];
        var batch = _history.Begin(partitions, _options.Rows);
        var rows = from partition in partitions
                   from row in Enumerable.Range(0, _options.Rows)
                   select $"INSERT INTO {Table} (p, b, r) VALUES ({partition}, {batch.Number}, {row});";
        var answer = await _clients.QueryAsync(
            connection,
            new CqlRequest($"BEGIN UNLOGGED BATCH {string.Join(' ', rows)} APPLY BATCH", RegisterWorkloadOptions.Quorum),
            _options.RequestTimeout);
        batch.Ending = answer.Outcome switch
        {
            CqlOutcome.Ok => BatchEnding.Acknowledged,
            CqlOutcome.Unavailable => BatchEnding.NotApplied,
            _ => BatchEnding.Unknown,
        };
    }

    private async Task LookAsync(CqlClient connection)
    {
        if (_history.Batches.Count == 0)
        {
            return;
        }

        var batch = _history.Batches[_random.Next(Math.Max(0, _history.Batches.Count - _options.LookBack), _history.Batches.Count)];
        var partition = batch.Partitions[_random.Next(batch.Partitions.Count)];
        var answer = await _clients.QueryAsync(
            connection,
            new CqlRequest($"SELECT r FROM {Table} WHERE p = {partition} AND b = {batch.Number}", RegisterWorkloadOptions.Quorum),
            _options.RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            _wrong ??= UnloggedBatchHistory.CheckPartition(batch, partition, answer.Rows.Count);
        }
    }
}
