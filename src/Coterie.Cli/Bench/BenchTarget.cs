using System.Net;
using Coterie.Cli.Cql;
using Coterie.Cli.Dev;
using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>The cluster that load is made on: its nodes, and a keyspace there.</summary>
internal sealed record BenchTarget(IReadOnlyList<IPEndPoint> Servers, string Keyspace)
{
    private const int Replicas = 3;

    /// <exception cref="IOException">Nobody answers.</exception>
    /// <exception cref="CqlErrorException">The cluster refused.</exception>
    public static async Task<BenchTarget> FindAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var contact = await Contact.ResolveAsync(settings.Contact, DevPlan.CqlPort, cancellationToken);
        await using var client = await CqlConnection.ConnectAsync(contact, cancellationToken);
        var servers = await ServersAsync(client, contact, cancellationToken);
        var keyspace = settings.LeaderBased ? "coterie_bench_leader_based" : "coterie_bench";
        await client.QueryAsync(
            $"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {Math.Min(Replicas, servers.Count)}}}"
                + (settings.LeaderBased ? " AND consistency = 'global'" : ""),
            ConsistencyLevel.Quorum,
            cancellationToken);
        return new BenchTarget(servers, keyspace);
    }

    /// <summary>Statements that no driver would need prepared, one after another.</summary>
    public async Task DoAsync(string statement, CancellationToken cancellationToken)
    {
        await using var client = await CqlConnection.ConnectAsync(Servers[0], cancellationToken);
        await client.QueryAsync(statement, ConsistencyLevel.Quorum, cancellationToken);
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
