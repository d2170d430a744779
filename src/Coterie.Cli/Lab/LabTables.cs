using Coterie.Host.CqlClient;
using Coterie.Host.Lab;
using Coterie.Host.Workloads;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Lab;

/// <summary>
/// The two tables that the lab writes to, alike but for the keyspaces that they are in, and one of registers in the leader-based keyspace. New for each run, so that every key in them is of this run.
/// </summary>
internal sealed class LabTables
{
    private const int Replicas = 3;

    private readonly string[] _names;

    private LabTables(ILabCluster cluster, LabSettings settings, string suffix)
    {
        var kind = settings.Workload.ToString().ToLowerInvariant();
        _names = [$"{LabKeyspaces.Leaderless}.{kind}_{suffix}", $"{LabKeyspaces.LeaderBased}.{kind}_{suffix}", $"{LabKeyspaces.LeaderBased}.registers_{suffix}"];
        Leaderless = Workload.Create(settings.Workload, _names[0], cluster.Nodes.Length);
        LeaderBased = Workload.Create(settings.Workload, _names[1], cluster.Nodes.Length);
        Registers = new LabRegisters(_names[2], [.. cluster.Nodes.Select(static node => node.Cql)], settings.RegisterReads);
    }

    public IWorkload Leaderless { get; }

    public IWorkload LeaderBased { get; }

    public LabRegisters Registers { get; }

    /// <exception cref="IOException">Nobody answers.</exception>
    /// <exception cref="CqlErrorException">The cluster refused.</exception>
    public static async Task<LabTables> CreateAsync(ILabCluster cluster, LabSettings settings, CancellationToken cancellationToken)
    {
        var tables = new LabTables(cluster, settings, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        await using var client = await CqlConnection.ConnectAsync(cluster.Nodes[0].Cql, cancellationToken);
        string[] statements =
        [
            .. LabKeyspaces.Definitions(Replicas),
            tables.Leaderless.TableDefinition,
            tables.LeaderBased.TableDefinition,
            tables.Registers.TableDefinition,
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
        foreach (var name in _names)
        {
            await client.QueryAsync($"DROP TABLE {name}", ConsistencyLevel.Quorum, cancellationToken);
        }
    }
}
