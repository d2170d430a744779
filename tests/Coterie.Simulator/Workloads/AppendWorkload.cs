using System.Net;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>Clients that append to a few lists of a leader-based keyspace, one value or two in a statement, and read them whole.</summary>
public sealed class AppendWorkload
{
    private const string Table = "sim.lists";
    private const int Keys = 3;
    private const int Clients = 5;

    /// <summary>Longer ones only cost.</summary>
    private const int AppendsMax = 120;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ThinkTime = TimeSpan.FromMilliseconds(300);

    private readonly Simulation _simulation;
    private readonly SeededRandom _random;
    private readonly AppendHistory[] _histories;
    private readonly IReadOnlyList<string>?[] _last = new IReadOnlyList<string>?[Keys];
    private readonly int[] _appends = new int[Keys];
    private readonly ushort _readConsistency;
    private int _sequence;

    public AppendWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, ushort readConsistency)
    {
        _simulation = simulation;
        _readConsistency = readConsistency;
        _random = simulation.RandomStream("append workload");
        _histories = [.. Enumerable.Range(0, Keys).Select(static _ => new AppendHistory())];
        Pool = new ClientPool(simulation, nodes, _random, Clients, network: 9);
    }

    public ClientPool Pool { get; }

    public void CreateTable(Replication replication, TimeSpan limit) => Pool.Prepare(
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication} AND consistency = 'global'",
            $"CREATE TABLE IF NOT EXISTS {Table} (k int PRIMARY KEY, l list<text>)",
        ],
        limit);

    public void Start() => Pool.Start(ActAsync, ThinkTime);

    /// <summary>Once everything is healed: reads every list, within the limit.</summary>
    public void ReadBack(TimeSpan limit)
    {
        for (var key = 0; key < Keys; key++)
        {
            _last[key] = Pool.Insist(Select(key), RegisterWorkloadOptions.Quorum, limit) is { } answer ? Values(answer) : null;
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check() => Pool.Wrong ?? Enumerable.Range(0, Keys)
        .Select(key => _histories[key].Check(_last[key] ?? []) is { } wrong ? $"list {key}: {wrong}" : null)
        .FirstOrDefault(static wrong => wrong is not null);

    private static string Select(int key) => $"SELECT l FROM {Table} WHERE k = {key}";

    private static List<string> Values(CqlAnswer answer) => CollectionValue.Texts(answer.Rows.Count == 0 ? null : answer.Rows[0][0]);

    private Task ActAsync(CqlClient connection, int number)
    {
        var key = _random.Next(Keys);
        return _appends[key] < AppendsMax && _random.Chance(0.5) ? AppendAsync(connection, number, key) : ReadAsync(connection, key);
    }

    private async Task AppendAsync(CqlClient connection, int number, int key)
    {
        string[] values = _random.Chance(0.3) ? [$"c{number}-{_sequence++:x4}", $"c{number}-{_sequence++:x4}"] : [$"c{number}-{_sequence++:x4}"];
        var appends = Array.ConvertAll(values, value => _histories[key].Begin(value, _simulation.NowTicks));
        _appends[key] += values.Length;
        var statement = $"UPDATE {Table} SET l = l + [{string.Join(", ", values.Select(static value => $"'{value}'"))}] WHERE k = {key}";
        var answer = await Pool.QueryAsync(connection, new CqlRequest(statement, RegisterWorkloadOptions.Quorum), RequestTimeout);
        foreach (var append in appends)
        {
            append.Acknowledged = answer.Outcome == CqlOutcome.Ok ? _simulation.NowTicks : null;
            append.IsRefused = answer.Outcome == CqlOutcome.Unavailable;
        }
    }

    private async Task ReadAsync(CqlClient connection, int key)
    {
        var invoked = _simulation.NowTicks;
        var answer = await Pool.QueryAsync(connection, new CqlRequest(Select(key), _readConsistency), RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            _histories[key].AddRead(Values(answer), invoked, _simulation.NowTicks);
        }
    }
}
