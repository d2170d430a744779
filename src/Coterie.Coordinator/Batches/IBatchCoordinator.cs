using Coterie.Coordinator.Writes;

namespace Coterie.Coordinator.Batches;

/// <summary>Coordinates logged batches over several partitions: all of the batch is applied, at some time, or none of it ever is.</summary>
public interface IBatchCoordinator
{
    /// <summary>Writes the mutations, which must stay unchanged until this completes.</summary>
    /// <exception cref="Model.OverLimitException">The batch is larger than one may be. Nothing was sent.</exception>
    ValueTask<BatchOutcome> WriteAsync(IReadOnlyList<WriteRequest> requests, TimeSpan timeout);
}

/// <param name="Stored">
/// Null: it was not tried, because too few replicas are alive; that is the outcome, and nothing was applied. False: the batch could not be made durable
/// first, and nothing of it was sent. True: the outcomes are those of its writes.
/// </param>
public readonly record struct BatchOutcome(bool? Stored, IReadOnlyList<WriteOutcome> Outcomes);
