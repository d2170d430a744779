using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.Processes.Fixtures;

namespace Coterie.Bench;

/// <summary>Three nodes as processes of the built command, and what the cases ask of them.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private const int RowsPerBatch = 100;
    private const int Writers = 8;
    private const string Replication = "replication = {'class': 'SimpleStrategy', 'replication_factor': 3}";

    private readonly TemporaryDirectory _directory;
    private readonly ImmutableArray<NodeConfiguration> _nodes;
    private readonly CoterieProcess?[] _processes = new CoterieProcess?[3];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(10) };

    private BenchCluster(TemporaryDirectory directory, ImmutableArray<NodeConfiguration> nodes)
    {
        _directory = directory;
        _nodes = nodes;
    }

    /// <param name="settings">As on the command line, for all nodes.</param>
    public static async Task<BenchCluster> StartAsync(params string[] settings)
    {
        var directory = new TemporaryDirectory();
        var cluster = new BenchCluster(directory, NodeConfiguration.Cluster(directory.Path, 3));
        for (var i = 0; i < 3; i++)
        {
            cluster._processes[i] = cluster._nodes[i].Start(settings);
        }

        foreach (var process in cluster._processes)
        {
            await process!.LineAsync(" Up: ");
        }

        await using var client = await cluster.ConnectAsync(0);
        await client.AskAsync($"CREATE KEYSPACE k WITH {Replication}");
        return cluster;
    }

    public Task<CqlConnection> ConnectAsync(int node) => Client.ConnectAsync(_nodes[node].Cql);

    public IReadOnlyList<IPEndPoint> Servers => [.. _nodes.Select(static node => node.Cql)];

    public NodeConfiguration Node(int node) => _nodes[node];

    public async Task KillAsync(int node)
    {
        _processes[node]!.Signal(PosixSignalNumber.Kill);
        await _processes[node]!.ExitAsync();
        await _processes[node]!.DisposeAsync();
        _processes[node] = null;
    }

    public async Task StartNodeAsync(int node, params string[] settings) => _processes[node] = await _nodes[node].StartUpAsync(settings);

    /// <summary>Beside <c>k</c>, which is leaderless.</summary>
    public async Task CreateLeaderBasedAsync(string keyspace)
    {
        await using var client = await ConnectAsync(0);
        await client.AskAsync($"CREATE KEYSPACE {keyspace} WITH {Replication} AND consistency = 'global'");
    }

    /// <summary>On every node; the ids agree.</summary>
    public async Task<ReadOnlyMemory<byte>> PrepareAsync(string statement)
    {
        ReadOnlyMemory<byte> id = default;
        for (var i = 0; i < _nodes.Length; i++)
        {
            await using var client = await ConnectAsync(i);
            id = await client.PrepareAsync(statement, CancellationToken.None);
        }

        return id;
    }

    public async Task CreateTableAsync(bool onePartition)
    {
        await using var client = await ConnectAsync(0);
        await client.AskAsync(onePartition
            ? "CREATE TABLE k.t (p int, id int, v text, PRIMARY KEY (p, id))"
            : "CREATE TABLE k.t (id int PRIMARY KEY, v text)");
    }

    /// <summary>Writes rows of about 100 bytes, many at a time. The time it took.</summary>
    public async Task<TimeSpan> WriteAsync(int from, int rows, bool onePartition, ConsistencyLevel level, char fill = 'x')
    {
        var watch = Stopwatch.StartNew();
        var next = from - RowsPerBatch;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            await using var client = await ConnectAsync(writer % 2);
            var value = new string(fill, 90);
            for (var first = Interlocked.Add(ref next, RowsPerBatch); first < from + rows; first = Interlocked.Add(ref next, RowsPerBatch))
            {
                var statements = Enumerable.Range(first, Math.Min(RowsPerBatch, from + rows - first)).Select(id => onePartition
                    ? string.Create(CultureInfo.InvariantCulture, $"INSERT INTO k.t (p, id, v) VALUES (1, {id}, '{value}{id}')")
                    : string.Create(CultureInfo.InvariantCulture, $"INSERT INTO k.t (id, v) VALUES ({id}, '{value}{id}')"));
                await client.AskAsync($"BEGIN UNLOGGED BATCH {string.Join("; ", statements)}; APPLY BATCH", level);
            }
        }));
        return watch.Elapsed;
    }

    /// <summary>What <c>coterie repair --json</c> says.</summary>
    public async Task<JsonElement> RepairAsync(params string[] options)
    {
        var result = await CoterieCommand.RunAsync(["repair", "--json", "--contact", _nodes[0].Admin.ToString(), .. options]);
        return result.ExitCode == 0 ? JsonDocument.Parse(result.Output).RootElement : throw new InvalidOperationException(result.Output + result.Error);
    }

    /// <summary>The sum of a metric over its labels and the nodes that run.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var sum = 0.0;
        for (var i = 0; i < 3; i++)
        {
            if (_processes[i] is null)
            {
                continue;
            }

            var text = await _http.GetStringAsync($"http://{_nodes[i].Admin}/metrics");
            foreach (var line in text.Split('\n'))
            {
                if (line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
                {
                    sum += double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
                }
            }
        }

        return sum;
    }

    /// <summary>Waits until every leaf of every node has been read since it was last written to.</summary>
    public async Task SettleAsync()
    {
        while (await MetricAsync("coterie_tree_leaves_dirty") > 0)
        {
            await Task.Delay(500);
        }
    }

    /// <summary>CPU seconds that the nodes have used.</summary>
    public double CpuSeconds() => _processes.Where(static process => process is not null).Sum(static process =>
    {
        var fields = File.ReadAllText($"/proc/{process!.Id}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        _http.Dispose();
        _directory.Dispose();
    }
}
