using Coterie.Model.Reads;

namespace Coterie.Coordinator.Reads;

/// <summary>What one range has given: rows that every replica of the read has told all about, up to where one of them stopped.</summary>
internal readonly record struct RangeResult(RequestOutcome Outcome, IReadOnlyList<PartitionRows> Partitions, ResumePoint? StoppedAfter, bool Reconciled)
{
    public static RangeResult Not(RequestOutcome outcome) => new(outcome, [], null, false);
}
