using Coterie.Model.Deletes;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;

namespace Coterie.Replica.Groups;

/// <summary>
/// The rule by which rows of a leader-based group are swept: deletions that are older than the table's grace, by entries that are applied, and that a restart does not
/// apply again. That is durable before the first of them goes.
/// </summary>
internal sealed class AppliedRule(SweepGround ground, SweepPermit permit, FormationTime horizon) : SweepRule
{
    private readonly PurgeLimit _limit = new(horizon, new WriteTimestamp(permit.Stamp));
    private bool _isMarked;

    public override PurgeLimit? Limit => Holds && permit.Stamp > 0 ? _limit : null;

    public override bool Holds => ground.Holds(permit);

    public override async Task<PurgeLimit> BeginAsync()
    {
        if (!_isMarked && !await ground.MarkAsync(permit))
        {
            throw new IOException("how far a group is applied could not be made durable");
        }

        _isMarked = true;
        return _limit;
    }
}
