using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Repair;

/// <summary>What the page and the API ask of the lab of repairs. What changes something answers with the reason why it was not done; null: it was.</summary>
internal interface IRepairLab
{
    RepairLabState Look();

    /// <summary>Makes a row differ on one replica, so that this net can catch it.</summary>
    Task<string?> DivergeAsync(RepairNet net);

    /// <summary>Starts the node that was killed for it.</summary>
    Task<string?> StartAsync();

    /// <summary>Reads the row at ALL.</summary>
    Task<RepairReply<QueryAnswer>> ReadAsync(CancellationToken cancellationToken);
}
