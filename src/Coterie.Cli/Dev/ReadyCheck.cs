using System.Collections.Immutable;
using System.Diagnostics;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Dev;

/// <summary>
/// Waits until every node that runs serves CQL, then proves that the cluster works by one write at QUORUM. It goes to
/// the keyspace <c>coterie_check</c>, which is made once and kept: dropping it would add to the metadata log at every start.
/// </summary>
internal sealed class ReadyCheck(ImmutableArray<DevNode> plan, Func<DevNode, bool> isRunning, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Something is wrong, and waiting longer helps nobody.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long _started = Stopwatch.GetTimestamp();
    private string _lastProblem = "no node answered";

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var node in plan)
        {
            await UntilOpenAsync(node, stop);
        }

        await UntilWrittenAsync(stop);
    }

    private async Task UntilOpenAsync(DevNode node, CancellationToken stop)
    {
        while (isRunning(node))
        {
            try
            {
                await using var client = await CqlConnection.ConnectAsync(node.Cql, stop);
                say($"{node.Name} serves CQL");
                return;
            }
            catch (Exception e) when (e is IOException or CqlErrorException)
            {
                await PauseAsync(e, stop);
            }
        }
    }

    private async Task UntilWrittenAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var node = plan.FirstOrDefault(isRunning) ?? throw new IOException("no node runs");
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
