namespace Coterie.Cql.Plans;

/// <summary>What all statements that modify data have: partitions, rows of them, stamps, perhaps a condition.</summary>
internal abstract class KeyedPlan : ModificationPlan
{
    public required PartitionKeys Partitions { get; init; }

    /// <summary>Null if only the static row is written.</summary>
    public required ClusteringFilter? Rows { get; init; }

    public required StampTerms Stamps { get; init; }

    /// <summary>Null: it writes whatever is there.</summary>
    public RowCondition? Condition { get; init; }

    public sealed override bool IsConditional => Condition is not null;

    public sealed override bool HasTimestamp => Stamps.HasTimestamp;

    public sealed override bool GivesTimestamp(BoundValues values) => Stamps.GivesTimestamp(values);
}
