using System.Collections.Immutable;
using System.Diagnostics;
using Coterie.Host.Admin;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Dev;

/// <summary>
/// Waits until every node that runs serves CQL, then proves that the cluster works by one write at QUORUM. It goes to
/// the keyspace <c>coterie_check</c>, which is made once and kept: dropping it would add to the metadata log at every start.
/// </summary>
/// <remarks>
/// An address that answers proves nothing by itself: what answers there may belong to another cluster. So each node is first asked which
/// process it is, and only one that was started here counts.
/// </remarks>
/// <param name="processOf">The id of the process that runs as this node; null if it has ended.</param>
internal sealed class ReadyCheck(ImmutableArray<DevNode> plan, Func<DevNode, int?> processOf, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    /// <summary>Something is wrong, and waiting longer helps nobody.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long _started = Stopwatch.GetTimestamp();
    private string _lastProblem = "no node answered";

    public async Task RunAsync(CancellationToken stop)
    {
        using var admin = new AdminClient();
        string? clusterId = null;
        foreach (var node in plan)
        {
            if (await UntilOpenAsync(admin, node, stop) is not { } report)
            {
                continue;
            }

            clusterId ??= report.ClusterId;
            if (report.ClusterId != clusterId)
            {
                throw new IOException($"{node.Name} is of another cluster ({report.ClusterId}) than the nodes before it ({clusterId})");
            }
        }

        await UntilWrittenAsync(stop);
    }

    /// <returns>What the node says, once it serves clients; null if it has ended.</returns>
    private async Task<StatusReport?> UntilOpenAsync(AdminClient admin, DevNode node, CancellationToken stop)
    {
        while (processOf(node) is { } process)
        {
            try
            {
                var report = await admin.GetAsync(node.Admin, "/api/status", AdminJson.Default.StatusReport, stop);
                if (report.ProcessId != process)
                {
                    throw new IOException($"{node.Admin} is answered by process {report.ProcessId}, which is not {node.Name}");
                }

                if (report.Ready)
                {
                    say($"{node.Name} serves CQL");
                    return report;
                }

                throw new IOException($"{node.Name} does not serve CQL yet");
            }
            catch (IOException e)
            {
                await PauseAsync(e, stop);
            }
        }

        return null;
    }

    private async Task UntilWrittenAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var node = plan.FirstOrDefault(node => processOf(node) is not null) ?? throw new IOException("no node runs");
                await using var client = await CqlConnection.ConnectAsync(node.Cql, stop);
                await WriteAsync(client, stop);
                return;
            }
            catch (Exception e) when (e is IOException or CqlErrorException)
            {
                await PauseAsync(e, stop);
            }
        }
    }

    private async Task WriteAsync(CqlConnection client, CancellationToken stop)
    {
        const string Insert = "INSERT INTO coterie_check.ready (id, at) VALUES (1, toTimestamp(now()))";
        try
        {
            await client.QueryAsync(Insert, ConsistencyLevel.Quorum, stop);
        }
        catch (CqlErrorException e) when (e.Code == CqlErrorException.Invalid)
        {
            // The first start: the keyspace is not there yet.
            say("checking with a write at QUORUM");
            var replicas = Math.Min(3, plan.Length);
            await client.QueryAsync(
                $"CREATE KEYSPACE IF NOT EXISTS coterie_check WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {replicas}}}",
                ConsistencyLevel.Quorum,
                stop);
            await client.QueryAsync("CREATE TABLE IF NOT EXISTS coterie_check.ready (id int PRIMARY KEY, at timestamp)", ConsistencyLevel.Quorum, stop);
            await client.QueryAsync(Insert, ConsistencyLevel.Quorum, stop);
        }
    }

    private async Task PauseAsync(Exception problem, CancellationToken stop)
    {
        _lastProblem = problem.Message;
        if (Stopwatch.GetElapsedTime(_started) > Patience)
        {
            throw new TimeoutException($"after {Patience.TotalSeconds} s still: {_lastProblem}", problem);
        }

        await Task.Delay(Pause, stop);
    }
}
