using Coterie.Cluster.Metadata;
using Coterie.Coordinator.Batches;
using Coterie.Coordinator.Leaders;
using Coterie.Coordinator.Reads;
using Coterie.Coordinator.Writes;
using Coterie.Model.Time;
using Coterie.Server.Prepared;
using Coterie.Server.SystemTables;
using Microsoft.Extensions.Logging;

namespace Coterie.Server.Execution;

/// <summary>What the execution of statements needs of the node. One of each for a node's life.</summary>
internal sealed record ExecutionServices
{
    public required IMetadataView Metadata { get; init; }

    public required IMetadataChanger Changer { get; init; }

    public required IReadCoordinator Reads { get; init; }

    public required IWriteCoordinator Writes { get; init; }

    public required IConditionalWriteCoordinator ConditionalWrites { get; init; }

    public required IBatchCoordinator Batches { get; init; }

    public required SystemTableReader SystemTables { get; init; }

    public required StatementCompiler Compiler { get; init; }

    public required PreparedStatements Prepared { get; init; }

    public required HybridClock Clock { get; init; }

    public required TimeProvider Time { get; init; }

    public required string LocalDatacenter { get; init; }

    public required RequestTimeouts Timeouts { get; init; }

    public required ServerCounters Counters { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Called when an invariant of the node is broken: it stops the node.</summary>
    public required Action<Exception> Fatal { get; init; }

    /// <summary>Cancelled when the node stops.</summary>
    public required CancellationToken Stopping { get; init; }
}
