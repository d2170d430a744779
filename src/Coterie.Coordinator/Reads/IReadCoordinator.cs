using Coterie.Model.Quorum;
using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// Coordinates reads: data from the fastest replica, digests from R − 1 others, one more when one is slow; when digests differ, full rows
/// from the R, merged, repaired by the table's <see cref="ReadRepair"/>, answered. Token ranges go range by range, bounded in parallel.
/// </summary>
public interface IReadCoordinator
{
    ValueTask<ReadOutcome> ReadAsync(ReadRequest request);
}

public readonly record struct ReadRequest(
    KeyspaceSchema Keyspace,
    TableSchema Table,
    ReadCommand Command,
    ReplicaRequirement Requirement,
    TimeSpan Timeout,
    bool WantVote);

/// <param name="Partitions">Reconciled: merged, shadowed, in token order (then key order), up to the command's limit of live rows; empty unless successful.</param>
/// <param name="Exhausted">True if there is nothing after what was returned; false if the limit ended it.</param>
public readonly record struct ReadOutcome(RequestOutcome Outcome, IReadOnlyList<PartitionRows> Partitions, bool Exhausted, Vote? Vote);
