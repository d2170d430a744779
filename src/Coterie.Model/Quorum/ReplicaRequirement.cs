namespace Coterie.Model.Quorum;

/// <summary>
/// How many replicas must answer: a count, and where. The coordinator's cores know only this; consistency levels are names for it.
/// </summary>
/// <param name="Scope">Which replicas count.</param>
/// <param name="Count">How many of them; for <see cref="RequirementScope.EachDatacenter"/> it is not used: a majority of each counts.</param>
/// <param name="HintsCount">True only for ANY: a durable hint is enough.</param>
public readonly record struct ReplicaRequirement(RequirementScope Scope, int Count, bool HintsCount = false);

public enum RequirementScope : byte
{
    /// <summary>Replicas anywhere count.</summary>
    Anywhere = 0,

    /// <summary>Only replicas in the coordinator's data centre count (LOCAL_ONE, LOCAL_QUORUM).</summary>
    LocalDatacenter = 1,

    /// <summary>A majority in each data centre (EACH_QUORUM).</summary>
    EachDatacenter = 2,
}
