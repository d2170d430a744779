using Coterie.Cluster.Ring;
using Coterie.Model.Deletes;
using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Replica.Deletes;

/// <summary>Why what a sweep takes will not come back. One for each sweep.</summary>
public abstract class SweepRule
{
    /// <summary>How far it may go, as far as is known before it begins; null: nowhere.</summary>
    public abstract PurgeLimit? Limit { get; }

    /// <summary>There is something to sweep. How far it may go, when what makes that safe is durable.</summary>
    /// <exception cref="IOException">It could not be made durable: nothing may be swept.</exception>
    public abstract Task<PurgeLimit> BeginAsync();

    /// <summary>It is still so. Asked on the writer loop too, just before something is swept: must be short, and safe from any thread.</summary>
    public virtual bool Holds => true;
}

/// <summary>The horizon of a leaderless group: what was formed before it no replica takes any more (docs/decisions/0003-safe-deletes.md).</summary>
internal sealed class HorizonRule(Horizons horizons, StorageId table, ReplicaGroup group) : SweepRule
{
    public override PurgeLimit? Limit => horizons.StateOf(table, group)?.Deletes.Horizon is { Milliseconds: > 0 } horizon ? PurgeLimit.FromFormationTime(horizon) : null;

    /// <summary>From here on the writer loop refuses repairs from before the horizon; what it took before is in the store, ahead of what is swept.</summary>
    public override async Task<PurgeLimit> BeginAsync()
    {
        FormationTime horizon = await horizons.BeginSweepAsync(table, group);
        return horizon;
    }
}
