using System.Globalization;
using System.Net;
using Coterie.Model.Metadata;
using Coterie.Simulator.Client;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Workloads;

/// <summary>
/// Clients that create and drop tables through whichever node they like, all at once, and write to what they have just created through another
/// node. Most tables have a name of their own, so that nothing may refuse them; some names are fought for, and one client may win.
/// </summary>
public sealed class SchemaWorkload
{
    public const string Keyspace = "ddl";

    private const ushort Level = RegisterWorkloadOptions.One;
    private const string AlreadyExists = "2400";

    // A change may take ten seconds to be decided and five to be told.
    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    private readonly Simulation _simulation;
    private readonly IReadOnlyList<IPEndPoint> _nodes;
    private readonly SchemaWorkloadOptions _options;
    private readonly SeededRandom _random;
    private readonly List<SimulatedProcess> _clients = [];
    private readonly SortedDictionary<string, SchemaTable> _tables = new(StringComparer.Ordinal);
    private readonly List<string> _wrong = [];
    private int _running;
    private bool _stopping;
    private int _sequence;

    public SchemaWorkload(Simulation simulation, IReadOnlyList<IPEndPoint> nodes, SchemaWorkloadOptions options)
    {
        _simulation = simulation;
        _nodes = nodes;
        _options = options;
        _random = simulation.RandomStream("schema workload");
        for (var client = 1; client <= options.Clients; client++)
        {
            _clients.Add(new SimulatedMachine(
                simulation, $"d{client}", 200 + client, new IPAddress([10, 0, 2, (byte)client]), new SimulatedClock()).Start());
        }
    }

    /// <summary>Changes that succeeded, and that failed without being refused.</summary>
    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Names that were fought for and that another client had got.</summary>
    public int RacesLost { get; private set; }

    /// <summary>Writes to a table just created that another node refused because it did not know the table yet.</summary>
    public int WritesTooEarly { get; private set; }

    public void CreateKeyspace(TimeSpan limit)
    {
        var create = $"CREATE KEYSPACE IF NOT EXISTS {Keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 3}}";
        var answer = _simulation.Insist(_clients[0], _nodes, new CqlRequest(create, Level), limit);
        if (answer.Outcome != CqlOutcome.Ok)
        {
            throw new SimulationViolationException($"{create}: {answer.Text} (seed {_simulation.Seed})");
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
            throw new SimulationViolationException($"A change of the schema was not answered {limit} after the end (seed {_simulation.Seed}).");
        }
    }

    /// <summary>What all nodes agree on, against what clients were told.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(ClusterMetadata agreed)
    {
        foreach (var (name, table) in _tables)
        {
            var columns = agreed.Table(Keyspace, name)?.Columns.Select(static column => column.Name).ToList();
            if (columns is null ? table is { Winner: not null, MayBeDropped: false } : table.IsDropped)
            {
                return $"table {name} is {(columns is null ? "lost" : "there again")}: {table}";
            }

            if (columns is not null && table.Winner is { } winner && !columns.Contains(winner))
            {
                return $"table {name} has the columns {string.Join(", ", columns)}, but {winner} was acknowledged";
            }
        }

        return _wrong.Count > 0 ? _wrong[0] : null;
    }

    /// <summary>Once everything is healed: every table that is there takes a write through every node.</summary>
    public string? WriteToAll(ClusterMetadata agreed, TimeSpan limit)
    {
        foreach (var table in agreed.Keyspaces[Keyspace].Tables.Keys.Order(StringComparer.Ordinal).Take(_options.TablesWrittenAtEnd))
        {
            foreach (var node in _nodes)
            {
                var answer = _simulation.Insist(_clients[0], [node], new CqlRequest(Insert(table), RegisterWorkloadOptions.All), limit);
                if (answer.Outcome != CqlOutcome.Ok)
                {
                    return $"a write to {table} through {node} after everything was healed: {answer.Text}";
                }
            }
        }

        return null;
    }

    private async Task RunClientAsync(SimulatedProcess client)
    {
        while (!_stopping)
        {
            var draw = _random.NextDouble();
            if (draw < _options.RaceShare)
            {
                await CreateAsync(client, $"race{_random.Next(_options.RaceNames).ToString(CultureInfo.InvariantCulture)}", isRace: true);
            }
            else if (draw < _options.RaceShare + _options.DropShare && Droppable() is { } name)
            {
                await DropAsync(client, name);
            }
            else
            {
                await CreateAsync(client, $"t{_sequence++:x4}", isRace: false);
            }

            await Task.Delay(_random.Between(TimeSpan.Zero, _options.ThinkTime), client.Time);
        }

        _running--;
    }

    private async Task CreateAsync(SimulatedProcess client, string name, bool isRace)
    {
        if (!_tables.TryGetValue(name, out var table))
        {
            _tables.Add(name, table = new SchemaTable(isRace));
        }

        var column = $"{client.Name}_{_sequence++:x4}";
        var (node, answer) = await ChangeAsync(client, $"CREATE TABLE {Keyspace}.{name} (k int PRIMARY KEY, v text, {column} text)");
        if (answer.Outcome == CqlOutcome.Ok)
        {
            if (table.Winner is { } before)
            {
                _wrong.Add($"two CREATE TABLE {name} were acknowledged: of {before} and of {column}");
            }

            table.Winner = column;
            await WriteElsewhereAsync(client, name, node);
        }
        else if (answer.Outcome == CqlOutcome.Refused)
        {
            var isLostRace = isRace && answer.Text.StartsWith(AlreadyExists, StringComparison.Ordinal);
            RacesLost += isLostRace ? 1 : 0;
            if (!isLostRace)
            {
                _wrong.Add($"CREATE TABLE {name}: {answer.Text}");
            }
        }
    }

    private async Task DropAsync(SimulatedProcess client, string name)
    {
        var table = _tables[name];
        table.MayBeDropped = true;
        var (_, answer) = await ChangeAsync(client, $"DROP TABLE {Keyspace}.{name}");
        table.IsDropped = answer.Outcome == CqlOutcome.Ok;
    }

    private async Task<(int Node, CqlAnswer Answer)> ChangeAsync(SimulatedProcess client, string statement)
    {
        var node = _random.Next(_nodes.Count);
        var connection = new CqlClient(client, _nodes[node]);
        var answer = await connection.QueryAsync(new CqlRequest(statement, Level), ChangeTimeout);
        connection.Close();
        Succeeded += answer.Outcome == CqlOutcome.Ok ? 1 : 0;
        Failed += answer.Outcome is CqlOutcome.Ok or CqlOutcome.Refused ? 0 : 1;
        return (node, answer);
    }

    private async Task WriteElsewhereAsync(SimulatedProcess client, string name, int node)
    {
        var connection = new CqlClient(client, _nodes[(node + 1 + _random.Next(_nodes.Count - 1)) % _nodes.Count]);
        var answer = await connection.QueryAsync(new CqlRequest(Insert(name), Level), WriteTimeout);
        connection.Close();
        WritesTooEarly += answer.Outcome == CqlOutcome.Refused && !_tables[name].MayBeDropped ? 1 : 0;
    }

    /// <summary>The oldest table that was acknowledged and that nobody has tried to drop.</summary>
    private string? Droppable() =>
        _tables.FirstOrDefault(static table => table.Value is { IsRace: false, Winner: not null, MayBeDropped: false }).Key;

    private static string Insert(string table) => $"INSERT INTO {Keyspace}.{table} (k, v) VALUES (1, 'x')";

    /// <summary>What is known of one table.</summary>
    private sealed record SchemaTable(bool IsRace)
    {
        /// <summary>The column that tells whose CREATE was acknowledged; null: nobody's.</summary>
        public string? Winner { get; set; }

        public bool MayBeDropped { get; set; }

        public bool IsDropped { get; set; }
    }
}
