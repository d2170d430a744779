using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>How far a sweep may go: what was formed, or has expired, before a horizon, and has no later timestamp than the newest.</summary>
/// <param name="Newest">
/// Where a log gives writes their order, as far as it is applied: what is older than this will not be written any more. Elsewhere horizons see to that, and it is
/// the greatest there is.
/// </param>
public readonly record struct PurgeLimit(FormationTime Horizon, WriteTimestamp Newest)
{
    public static implicit operator PurgeLimit(FormationTime horizon) => FromFormationTime(horizon);

    /// <summary>Of any timestamp.</summary>
    public static PurgeLimit FromFormationTime(FormationTime horizon) => new(horizon, new WriteTimestamp(long.MaxValue));
}
