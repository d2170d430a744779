using Coterie.Host.Admin.Trees;

namespace Coterie.WebConsole.Repair;

/// <summary>What the page and the API ask about replicas. Nodes are named by their ids.</summary>
internal interface IReplicaTrees
{
    Task<RepairOverview> OverviewAsync();

    Task<RepairReply<TreesReport>> PairsAsync(TableName table, CancellationToken cancellationToken);

    /// <param name="lower">Null, like upper: all of the table.</param>
    Task<RepairReply<TreeReport>> CompareAsync(TableName table, string left, string right, string? lower, string? upper, CancellationToken cancellationToken);

    /// <param name="which">key: as a tree names rows; or partition: the partition key.</param>
    Task<RepairReply<RowReport>> RowAsync(TableName table, string left, string right, string which, string hex, CancellationToken cancellationToken);

    /// <summary>Compares all of the table's replicas now, and sends each what it lacks.</summary>
    Task<RepairReply<RepairOutcome>> RepairAsync(TableName table, CancellationToken cancellationToken);
}
