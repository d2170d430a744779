using System.Globalization;
using System.Net;
using Coterie.Cli.Cql;
using Coterie.Cli.Dev;
using Coterie.Host.CqlClient;
using Coterie.Host.LoadGenerator;
using Coterie.Host.Start;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>Load on a cluster that runs: makes its table, fills it if rows are to be read, measures.</summary>
internal static class ClusterBench
{
    private const string Table = "coterie_bench.data";
    private const int Replicas = 3;

    public static async Task<int> RunAsync(BenchSettings settings, BenchOutput output, CancellationToken cancellationToken)
    {
        try
        {
            var options = await PrepareAsync(settings, cancellationToken);
            if (settings.Workload != LoadWorkload.Write)
            {
                output.Progress(string.Create(CultureInfo.InvariantCulture, $"writing {settings.Rows:N0} rows"));
                var filled = new LoadLoop(options with { Rate = null, Consistency = ConsistencyLevel.Quorum }).Fill(cancellationToken);
                if (filled.Errors.Count > 0)
                {
                    await Console.Error.WriteLineAsync($"coterie: filling the table failed: {string.Join(", ", filled.Errors.Select(error => $"{error.Value} {error.Key}"))}");
                    return ExitCodes.Failure;
                }
            }

            output.Progress($"{settings.Workload} at {ConsistencyNames.Format(settings.Consistency)} on {string.Join(", ", options.Servers)}");
            var report = new LoadLoop(options).Run(cancellationToken);
            output.Show(BenchOutput.Describe(settings, report));
            return report.Operations > 0 ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception e) when (e is IOException or CqlErrorException or FormatException)
        {
            await Console.Error.WriteLineAsync($"coterie: {e.Message}");
            return e is IOException ? ExitCodes.Unavailable : ExitCodes.Failure;
        }
    }

    private static async Task<LoadOptions> PrepareAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var contact = await Contact.ResolveAsync(settings.Contact, DevPlan.CqlPort, cancellationToken);
        await using var client = await CqlConnection.ConnectAsync(contact, cancellationToken);
        var servers = await ServersAsync(client, contact, cancellationToken);
        await client.QueryAsync(
            $"CREATE KEYSPACE IF NOT EXISTS coterie_bench WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {Math.Min(Replicas, servers.Count)}}}",
            ConsistencyLevel.Quorum,
            cancellationToken);
        await client.QueryAsync($"CREATE TABLE IF NOT EXISTS {Table} (id bigint PRIMARY KEY, value blob)", ConsistencyLevel.Quorum, cancellationToken);
        const string Insert = $"INSERT INTO {Table} (id, value) VALUES (?, ?)";
        const string Select = $"SELECT value FROM {Table} WHERE id = ?";
        ReadOnlyMemory<byte> write = default, read = default;
        foreach (var server in servers)
        {
            // Each node must have prepared them; the ids agree.
            await using var one = await CqlConnection.ConnectAsync(server, cancellationToken);
            write = await one.PrepareAsync(Insert, cancellationToken);
            read = await one.PrepareAsync(Select, cancellationToken);
        }

        return settings.LoadOn(servers, write, read);
    }

    /// <summary>The node asked, and those that it knows and that answer.</summary>
    private static async Task<List<IPEndPoint>> ServersAsync(CqlConnection client, IPEndPoint contact, CancellationToken cancellationToken)
    {
        var servers = new List<IPEndPoint> { contact };
        var peers = await client.QueryAsync("SELECT native_address, native_port FROM system.peers_v2", ConsistencyLevel.One, cancellationToken);
        foreach (var row in peers.Rows)
        {
            if (row is [{ } address, { } port])
            {
                var server = new IPEndPoint(new IPAddress(address.Span), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(port.Span));
                if (await AnswersAsync(server, cancellationToken))
                {
                    servers.Add(server);
                }
            }
        }

        return servers;
    }

    private static async Task<bool> AnswersAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await CqlConnection.ConnectAsync(server, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
