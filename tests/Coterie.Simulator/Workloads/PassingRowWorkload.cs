using System.Buffers.Binary;
using System.Net;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients of a leader-based keyspace that insert rows, each once, delete them, each once and in each of the ways there are (a row, a range of rows, the
/// whole partition, after which another takes its place), and read whole partitions; all at QUORUM.
/// </summary>
public sealed class PassingRowWorkload
{
    private const string Table = "sim.passing";
    private const int PlacesMax = 6;
    private const int RowsMax = 40;
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly Simulation _simulation;
    private readonly SeededRandom _random;
    private readonly ClientPool _clients;
    private readonly int[] _places;

    public PassingRowWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes)
    {
        _simulation = simulation;
        _random = simulation.RandomStream("passing rows");
        _clients = new ClientPool(simulation, nodes, _random, 5, network: 7);
        _places = [.. Enumerable.Range(0, PlacesMax).Select(_ => Rows.AddPartition())];
    }

    public ClientPool Clients => _clients;

    public PassingRows Rows { get; } = new();

    public void CreateTable(Replication replication, int graceSeconds, TimeSpan limit) => _clients.Prepare(
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication} AND consistency = 'global'",
            $"CREATE TABLE IF NOT EXISTS {Table} (p int, c int, v text, PRIMARY KEY (p, c)) WITH gc_grace_seconds = {graceSeconds}",
        ],
        limit);

    public void Start(TimeSpan thinkTime) => _clients.Start(ActAsync, thinkTime);

    /// <summary>Once everything is healed: a row more in each partition.</summary>
    public void InsertAll(TimeSpan limit)
    {
        for (var partition = 0; partition < Rows.Partitions; partition++)
        {
            if (_clients.Insist(Insertion(Rows.Add(partition)), RegisterWorkloadOptions.Quorum, limit) is not null)
            {
                Rows.Of(partition)[^1].Inserted = _simulation.NowTicks;
            }
        }
    }

    /// <summary>Once everything is healed: reads all of them strongly, within the limit.</summary>
    public void ReadBack(TimeSpan limit)
    {
        for (var partition = 0; partition < Rows.Partitions; partition++)
        {
            var invoked = _simulation.NowTicks;
            if (_clients.Insist(Selection(partition), RegisterWorkloadOptions.Quorum, limit) is { } answer)
            {
                Rows.Observe(partition, Keys(answer), invoked, _simulation.NowTicks);
            }
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check() => _clients.Wrong ?? Rows.Wrong;

    private static string Insertion(PassingRow row) => $"INSERT INTO {Table} (p, c, v) VALUES ({row.Partition}, {row.Clustering}, 'v')";

    private static string Selection(int partition) => $"SELECT c FROM {Table} WHERE p = {partition}";

    private static HashSet<int> Keys(CqlAnswer answer) => [.. answer.Rows.Select(static row => BinaryPrimitives.ReadInt32BigEndian(row[0]))];

    private Task ActAsync(CqlClient connection, int number)
    {
        var place = _random.Next(PlacesMax);
        return _random.NextDouble() switch
        {
            < 0.35 => ReadAsync(connection, _places[place]),
            < 0.70 => InsertAsync(connection, place),
            < 0.85 => DeleteRowAsync(connection, _places[place]),
            < 0.97 => DeleteRangeAsync(connection, _places[place]),
            _ => DeletePartitionAsync(connection, place),
        };
    }

    private async Task ReadAsync(CqlClient connection, int partition)
    {
        var invoked = _simulation.NowTicks;
        var answer = await _clients.QueryAsync(connection, new CqlRequest(Selection(partition), RegisterWorkloadOptions.Quorum), RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            Rows.Observe(partition, Keys(answer), invoked, _simulation.NowTicks);
        }
    }

    private async Task InsertAsync(CqlClient connection, int place)
    {
        if (Rows.Of(_places[place]).Count >= RowsMax)
        {
            _places[place] = Rows.AddPartition();
        }

        var row = Rows.Add(_places[place]);
        var answer = await _clients.QueryAsync(connection, new CqlRequest(Insertion(row), RegisterWorkloadOptions.Quorum), RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            row.Inserted = _simulation.NowTicks;
        }
    }

    /// <summary>Only of rows whose insert was acknowledged: another might come later than its deletion.</summary>
    private Task DeleteRowAsync(CqlClient connection, int partition)
    {
        var rows = Rows.Of(partition).Where(static row => row.Inserted is not null && row.DeletionBegun is null).ToList();
        if (rows.Count == 0)
        {
            return ReadAsync(connection, partition);
        }

        var row = rows[_random.Next(rows.Count)];
        return DeleteAsync(connection, $"DELETE FROM {Table} WHERE p = {partition} AND c = {row.Clustering}", [row]);
    }

    private Task DeleteRangeAsync(CqlClient connection, int partition)
    {
        var rows = Rows.Of(partition);
        var from = _random.Next(rows.Count + 1);
        var range = rows.Skip(from).Take(_random.Next(1, 6)).TakeWhile(static row => row.Inserted is not null).ToList();
        return range.Count == 0
            ? ReadAsync(connection, partition)
            : DeleteAsync(connection, $"DELETE FROM {Table} WHERE p = {partition} AND c >= {from} AND c < {from + range.Count}", range);
    }

    /// <summary>What has not been acknowledged may come before it or after it.</summary>
    private Task DeletePartitionAsync(CqlClient connection, int place)
    {
        var partition = _places[place];
        _places[place] = Rows.AddPartition();
        Rows.BeginDeletion(Rows.Of(partition), _simulation.NowTicks);
        return DeleteAsync(connection, $"DELETE FROM {Table} WHERE p = {partition}", [.. Rows.Of(partition).Where(static row => row.Inserted is not null)]);
    }

    /// <param name="rows">Those that are gone when it has been acknowledged.</param>
    private async Task DeleteAsync(CqlClient connection, string statement, List<PassingRow> rows)
    {
        Rows.BeginDeletion(rows, _simulation.NowTicks);
        var answer = await _clients.QueryAsync(connection, new CqlRequest(statement, RegisterWorkloadOptions.Quorum), RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            Rows.EndDeletion(rows, _simulation.NowTicks);
        }
    }
}
