using Coterie.Model.Ids;
using Coterie.Model.Quorum;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Writes;

/// <summary>Coordinates writes: asks all replicas at once, answers at W. The decisions are those of the write core; this shell sends and waits.</summary>
public interface IWriteCoordinator
{
    /// <summary>Writes one encoded mutation (<see cref="Model.Mutations.MutationWriter"/>), which must stay unchanged until this completes.</summary>
    ValueTask<WriteOutcome> WriteAsync(WriteRequest request);
}

/// <param name="Mutation">Copied to every replica; free to be reused when the call has completed.</param>
/// <param name="Timeout">After which the client is told that it timed out.</param>
/// <param name="WantVote">Whether to keep who answered when.</param>
public readonly record struct WriteRequest(
    KeyspaceSchema Keyspace,
    TableSchema Table,
    Token Token,
    ReadOnlyMemory<byte> Mutation,
    ReplicaRequirement Requirement,
    TimeSpan Timeout,
    bool WantVote);

public readonly record struct WriteOutcome(RequestOutcome Outcome, Vote? Vote);
