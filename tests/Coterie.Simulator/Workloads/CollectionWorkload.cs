using System.Net;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients that add and remove elements of maps and sets, overwrite and delete whole maps, and read them; all at QUORUM. Each element is a register of
/// its own, so the history of rows serves: an element that a read does not show was seen to be absent.
/// </summary>
public sealed class CollectionWorkload
{
    private const string Table = "sim.collections";

    /// <summary>Keys of sets in the history, beside those of maps.</summary>
    private const int SetsFrom = 1_000;

    /// <summary>Members are never added twice, so each set has its fill at some time, and is only taken from after that.</summary>
    private const int MembersMax = 100;

    private readonly Simulation _simulation;
    private readonly CollectionWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly ClientPool _clients;
    private readonly RowHistory _history = new();
    private readonly List<string>[] _members;
    private int _sequence;

    public CollectionWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, CollectionWorkloadOptions options)
    {
        _simulation = simulation;
        _options = options;
        _random = simulation.RandomStream("collection workload");
        _clients = new ClientPool(simulation, nodes, _random, options.Clients, network: 6);
        _members = [.. Enumerable.Range(0, options.Keys).Select(static _ => new List<string>())];
    }

    public ClientPool Clients => _clients;

    public void CreateTable(Replication replication, TimeSpan limit) => _clients.Prepare(
        [
            $"CREATE KEYSPACE IF NOT EXISTS sim WITH replication = {replication}",
            $"CREATE TABLE IF NOT EXISTS {Table} (k int PRIMARY KEY, m map<int, text>, s set<text>) WITH gc_grace_seconds = {_options.GraceSeconds}",
        ],
        limit);

    public void Start() => _clients.Start(ActAsync, _options.ThinkTime);

    /// <summary>Once everything is healed: reads every collection of all replicas, within the limit.</summary>
    public void ReadBack(TimeSpan limit)
    {
        for (var key = 0; key < _options.Keys; key++)
        {
            var invoked = _simulation.NowTicks;
            if (_clients.Insist(Select(key), RegisterWorkloadOptions.All, limit) is { } answer)
            {
                Observe(key, answer, _members[key].Count, invoked);
            }
        }
    }

    /// <returns>What is wrong, or null.</returns>
    public string? Check() => _clients.Wrong ?? _history.Check(RegisterRule.Begin);

    private static string Select(int key) => $"SELECT m, s FROM {Table} WHERE k = {key}";

    private Task ActAsync(CqlClient connection, int number)
    {
        var key = _random.Next(_options.Keys);
        var element = _random.Next(_options.Elements);
        return _random.NextDouble() switch
        {
            < 0.30 => ReadAsync(connection, key),
            < 0.60 => AddAsync(connection, number, key, element),
            < 0.80 => RemoveAsync(connection, number, key, element),
            < 0.90 => OverwriteAsync(connection, number, key, element),
            _ => ClearAsync(connection, number, key),
        };
    }

    private async Task ReadAsync(CqlClient connection, int key)
    {
        // A member added later may be missing rightly, but says nothing; all that were begun before must be accounted for.
        var (invoked, members) = (_simulation.NowTicks, _members[key].Count);
        var answer = await _clients.QueryAsync(connection, new CqlRequest(Select(key), RegisterWorkloadOptions.Quorum), _options.RequestTimeout);
        if (answer.Outcome == CqlOutcome.Ok)
        {
            Observe(key, answer, members, invoked);
        }
    }

    private void Observe(int key, CqlAnswer answer, int members, long invoked)
    {
        var row = answer.Rows.Count == 0 ? null : answer.Rows[0];
        var map = CollectionValue.IntsToTexts(row?[0]);
        for (var element = 0; element < _options.Elements; element++)
        {
            _history.Observe(new RowKey(key, element), map.GetValueOrDefault(element), invoked, _simulation.NowTicks);
        }

        var set = CollectionValue.Texts(row?[1]).ToHashSet(StringComparer.Ordinal);
        for (var member = 0; member < _members[key].Count; member++)
        {
            var name = _members[key][member];
            if (set.Contains(name) || member < members)
            {
                _history.Observe(new RowKey(SetsFrom + key, member), set.Contains(name) ? name : null, invoked, _simulation.NowTicks);
            }
        }
    }

    /// <summary>An entry of the map, and in the same statement a member of the set that was never there before.</summary>
    private Task AddAsync(CqlClient connection, int number, int key, int element)
    {
        var (value, member) = ($"v{_sequence:x5}", $"s{_sequence++:x5}");
        var stamp = _clients.Stamp(number);
        var entry = _random.Chance(0.5) ? $"m[{element}] = '{value}'" : $"m = m + {{{element}: '{value}'}}";
        if (_members[key].Count >= MembersMax)
        {
            return ChangeAsync(
                connection, $"UPDATE {Table} SET {entry} WHERE k = {key}", stamp, _history.Begin(value, stamp, _simulation.NowTicks, [new RowKey(key, element)]));
        }

        var position = _members[key].Count;
        _members[key].Add(member);
        return ChangeAsync(
            connection,
            $"UPDATE {Table} SET {entry}, s = s + {{'{member}'}} WHERE k = {key}",
            stamp,
            _history.Begin(value, stamp, _simulation.NowTicks, [new RowKey(key, element)]),
            _history.Begin(member, stamp, _simulation.NowTicks, [new RowKey(SetsFrom + key, position)]));
    }

    private Task RemoveAsync(CqlClient connection, int number, int key, int element)
    {
        var stamp = _clients.Stamp(number);
        if (_members[key].Count > 0 && _random.Chance(0.5))
        {
            var position = _random.Next(_members[key].Count);
            return ChangeAsync(
                connection,
                $"UPDATE {Table} SET s = s - {{'{_members[key][position]}'}} WHERE k = {key}",
                stamp,
                _history.Begin(null, stamp, _simulation.NowTicks, [new RowKey(SetsFrom + key, position)]));
        }

        return ChangeAsync(
            connection,
            _random.Chance(0.5) ? $"DELETE m[{element}] FROM {Table} WHERE k = {key}" : $"UPDATE {Table} SET m = m - {{{element}}} WHERE k = {key}",
            stamp,
            _history.Begin(null, stamp, _simulation.NowTicks, [new RowKey(key, element)]));
    }

    /// <summary>A deletion of all entries just before, and one entry.</summary>
    private Task OverwriteAsync(CqlClient connection, int number, int key, int element)
    {
        var value = $"v{_sequence++:x5}";
        var stamp = _clients.Stamp(number);
        return ChangeAsync(
            connection,
            $"UPDATE {Table} SET m = {{{element}: '{value}'}} WHERE k = {key}",
            stamp,
            _history.Begin(null, stamp - 1, _simulation.NowTicks, AllOf(key)),
            _history.Begin(value, stamp, _simulation.NowTicks, [new RowKey(key, element)]));
    }

    private Task ClearAsync(CqlClient connection, int number, int key)
    {
        var stamp = _clients.Stamp(number);
        return ChangeAsync(
            connection, $"DELETE m FROM {Table} WHERE k = {key}", stamp, _history.Begin(null, stamp, _simulation.NowTicks, AllOf(key)));
    }

    private List<RowKey> AllOf(int key) => [.. Enumerable.Range(0, _options.Elements).Select(element => new RowKey(key, element))];

    private async Task ChangeAsync(CqlClient connection, string statement, long stamp, params RowChange[] changes)
    {
        var answer = await _clients.QueryAsync(connection, new CqlRequest(statement, RegisterWorkloadOptions.Quorum, stamp), _options.RequestTimeout);
        foreach (var change in changes)
        {
            if (answer.Outcome == CqlOutcome.Ok)
            {
                change.Acknowledged = _simulation.NowTicks;
            }
            else if (answer.Outcome == CqlOutcome.Unavailable)
            {
                _history.NotApplied(change);
            }
        }
    }
}
