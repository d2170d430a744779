using Coterie.Host.CqlClient;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Lab;

/// <summary>The two tables that the lab writes to, alike but for the keyspaces that they are in. New for each run, so that every key in them is of this run.</summary>
internal sealed class LabTables
{
    private const int Replicas = 3;
    private const string LeaderlessKeyspace = "coterie_lab_leaderless";
    private const string LeaderBasedKeyspace = "coterie_lab_leader_based";

    private readonly string _name;

    private LabTables(string name) => _name = name;

    public string Leaderless => $"{LeaderlessKeyspace}.{_name}";

    public string LeaderBased => $"{LeaderBasedKeyspace}.{_name}";

    /// <exception cref="IOException">Nobody answers.</exception>
    /// <exception cref="CqlErrorException">The cluster refused.</exception>
    public static async Task<LabTables> CreateAsync(LabTarget node, CancellationToken cancellationToken)
    {
        var tables = new LabTables($"writes_{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        await using var client = await CqlConnection.ConnectAsync(node.Cql, cancellationToken);
        var replication = $"replication = {{'class': 'SimpleStrategy', 'replication_factor': {Replicas}}}";
        string[] statements =
        [
            $"CREATE KEYSPACE IF NOT EXISTS {LeaderlessKeyspace} WITH {replication}",
            $"CREATE KEYSPACE IF NOT EXISTS {LeaderBasedKeyspace} WITH {replication} AND consistency = 'global'",
            $"CREATE TABLE {tables.Leaderless} (id bigint PRIMARY KEY, value text)",
            $"CREATE TABLE {tables.LeaderBased} (id bigint PRIMARY KEY, value text)",
        ];
        foreach (var statement in statements)
        {
            await client.QueryAsync(statement, ConsistencyLevel.Quorum, cancellationToken);
        }

        return tables;
    }

    public async Task DropAsync(LabTarget node, CancellationToken cancellationToken)
    {
        await using var client = await CqlConnection.ConnectAsync(node.Cql, cancellationToken);
        await client.QueryAsync($"DROP TABLE {Leaderless}", ConsistencyLevel.Quorum, cancellationToken);
        await client.QueryAsync($"DROP TABLE {LeaderBased}", ConsistencyLevel.Quorum, cancellationToken);
    }
}
