using System.Globalization;
using System.Text;
using Coterie.Host.Admin;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;
using Coterie.WebConsole.Lab;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Repair;

/// <summary>
/// Makes replicas of a table of its own differ, for real, so that one can watch what catches it. Only where the console is handed the nodes of a development cluster.
/// </summary>
/// <remarks>One thing at a time: what is asked for while another is under way is refused.</remarks>
internal sealed class RepairLab(ILabNodes nodes, ClusterQueries queries, IReplicaTrees trees, TimeProvider time) : IRepairLab, IDisposable
{
    public static TableName Table { get; } = new("coterie_lab_repair", "notes");

    /// <summary>Some leaves of about 256 rows each: a tree with something to descend.</summary>
    private const int Rows = 2_000;
    private const int RowsPerBatch = 100;

    /// <summary>From one row to the next that is made to differ: all over the table, and each once before any comes again.</summary>
    private const int RowStep = 797;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly AdminClient _admin = new();
    private readonly SemaphoreSlim _one = new(1);
    private RepairDivergence? _last;
    private int _count;

    public RepairLabState Look() => new(_last, _last is { } last && nodes.StateOf(last.Node) == LabProcess.Dead);

    public Task<string?> DivergeAsync(RepairNet net) => OneAtATimeAsync(async cancellationToken =>
    {
        if (nodes.Places.Count < 2)
        {
            return "There is one node only: it has nothing to differ from.";
        }

        if (nodes.Places.FirstOrDefault(place => nodes.StateOf(place.Name) != LabProcess.Running) is { } away)
        {
            return $"{away.Name} does not run: start it first, or the others could not be told apart.";
        }

        await PrepareAsync(cancellationToken);
        var (odd, other) = (nodes.Places[^1], nodes.Places[0]);
        var key = KeyOf((int)((long)_count++ * RowStep % Rows));
        var value = string.Create(CultureInfo.InvariantCulture, $"written at {time.GetUtcNow():HH:mm:ss} UTC");
        var how = net == RepairNet.Hints ? await MissAsync(odd, key, value, cancellationToken) : await WriteAloneAsync(odd, key, value, cancellationToken);
        _last = new RepairDivergence(net, Table.ToString(), odd.Name, other.Name, key, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key)), how);
        return null;
    });

    public Task<string?> StartAsync() => OneAtATimeAsync(async _ =>
    {
        if (_last is not { } last || nodes.StateOf(last.Node) != LabProcess.Dead)
        {
            return "No node waits to be started here.";
        }

        await nodes.StartAsync(last.Node);
        return null;
    });

    public async Task<RepairReply<QueryAnswer>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_last is not { } last)
        {
            return RepairReply<QueryAnswer>.Refused("There is no difference to read yet.", 409);
        }

        var outcome = await queries.AskAsync(new QueryRequest($"SELECT id, note FROM {Table} WHERE id = '{last.Key}'", nameof(ConsistencyLevel.All).ToUpperInvariant()), cancellationToken);
        return outcome.Answer is { } answer ? new RepairReply<QueryAnswer>(answer, null) : RepairReply<QueryAnswer>.Refused(outcome.Problem!.Message, 503);
    }

    public void Dispose()
    {
        _admin.Dispose();
        _one.Dispose();
    }

    private static string KeyOf(int row) => string.Create(CultureInfo.InvariantCulture, $"note-{row:D4}");

    private async Task<string?> OneAtATimeAsync(Func<CancellationToken, Task<string?>> what)
    {
        if (!_one.Wait(0))
        {
            return "Something is under way already.";
        }

        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await what(patience.Token);
        }
        catch (Exception e) when (e is IOException or CqlErrorException or OperationCanceledException)
        {
            return $"That could not be done: {(e is OperationCanceledException ? "the cluster does not answer" : e.Message)}.";
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The keyspace, the table and its rows, as far as they are not there yet. At ALL: every replica begins with the same.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await CqlConnection.ConnectAsync(nodes.Places[0].Cql, cancellationToken);
        var replicas = Math.Min(3, nodes.Places.Count);
        await connection.QueryAsync(
            $"CREATE KEYSPACE IF NOT EXISTS {Table.Keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {replicas}}}", ConsistencyLevel.Quorum, cancellationToken);
        await connection.QueryAsync($"CREATE TABLE IF NOT EXISTS {Table} (id text PRIMARY KEY, note text)", ConsistencyLevel.Quorum, cancellationToken);
        var last = await connection.QueryAsync($"SELECT id FROM {Table} WHERE id = '{KeyOf(Rows - 1)}'", ConsistencyLevel.All, cancellationToken);
        if (last.Rows.Count > 0)
        {
            return;
        }

        for (var row = 0; row < Rows; row += RowsPerBatch)
        {
            var inserts = Enumerable.Range(row, RowsPerBatch).Select(static i => $"INSERT INTO {Table} (id, note) VALUES ('{KeyOf(i)}', 'as it was');");
            await connection.QueryAsync($"BEGIN UNLOGGED BATCH {string.Join(' ', inserts)} APPLY BATCH", ConsistencyLevel.All, cancellationToken);
        }

        await UntilCutAsync(cancellationToken);
    }

    /// <summary>A table that has just been filled is one leaf, until its nodes have read it and cut it. If that takes long, it is one leaf for now.</summary>
    private async Task UntilCutAsync(CancellationToken cancellationToken)
    {
        var overview = await trees.OverviewAsync();
        if (overview.Nodes.Count < 2)
        {
            return;
        }

        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < CutPatience
            && (await trees.CompareAsync(Table, overview.Nodes[0].Id, overview.Nodes[^1].Id, null, null, cancellationToken)).Answer is not { Parts.Count: > 1 })
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>For read repair and the trees: no hint may be there before them.</summary>
    private async Task<string> WriteAloneAsync(ConsoleNode node, string key, string value, CancellationToken cancellationToken)
    {
        var request = new DivergeRequest(Table.Keyspace, Table.Table, key, "note", value);
        await _admin.PostAsync(node.Admin, "/lab/diverge", request, RepairJson.Default.DivergeRequest, RepairJson.Default.DivergeAnswer, cancellationToken);
        return $"{node.Name} alone was sent a write of the row {key}, at its admin address. No other replica was sent it, and nobody keeps a hint of it.";
    }

    /// <summary>As it happens in life: a replica is away during a write.</summary>
    private async Task<string> MissAsync(ConsoleNode node, string key, string value, CancellationToken cancellationToken)
    {
        await nodes.KillAsync(node.Name);
        var outcome = await queries.AskAsync(new QueryRequest($"INSERT INTO {Table} (id, note) VALUES ('{key}', '{value}')", nameof(ConsistencyLevel.Quorum).ToUpperInvariant()), cancellationToken);
        return outcome.Problem is { } problem
            ? throw new IOException($"{node.Name} was killed, and the write failed: {problem.Message}")
            : $"{node.Name} was killed (SIGKILL); then the row {key} was written at QUORUM through {outcome.Answer!.Node}, which keeps a hint of it for {node.Name}.";
    }
}
