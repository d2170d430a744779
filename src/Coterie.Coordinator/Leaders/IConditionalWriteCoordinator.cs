using Coterie.Model.Reads;
using Coterie.Model.Schema;

namespace Coterie.Coordinator.Leaders;

/// <summary>Coordinates writes that depend on what is there: only in leader-based keyspaces, whose leaders put them in order.</summary>
public interface IConditionalWriteCoordinator
{
    ValueTask<ConditionalOutcome> WriteAsync(ConditionalRequest request);
}

/// <summary>Decides on rows as they are: null if nothing is to be written; else the encoded mutation, which may be empty. Called again when they have changed.</summary>
public delegate ReadOnlyMemory<byte>? ConditionalDecision(IReadOnlyList<PartitionRows> rows);

/// <param name="Read">The rows that the decision is about: of one partition, in which it also writes.</param>
/// <param name="ExpectsNothing">It is to be written where nothing is, most likely: that is tried first, without a read. The decision must be possible on no rows.</param>
public readonly record struct ConditionalRequest(KeyspaceSchema Keyspace, ReadCommand Read, ConditionalDecision Decide, bool ExpectsNothing, TimeSpan Timeout);

/// <param name="IsApplied">If successful: whether the condition held, and everything has been written.</param>
/// <param name="Rows">If it did not hold: the rows as they were.</param>
public readonly record struct ConditionalOutcome(RequestOutcome Outcome, bool IsApplied, IReadOnlyList<PartitionRows> Rows);
