using System.Collections.Immutable;
using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>
/// What one replica knows of the deletes of one table in one group, and what follows from it: which deletions it may sweep, and which
/// repairs it must refuse. Pure and immutable; the owner makes a value durable before anything relies on it.
/// </summary>
/// <param name="Cuts">The cuts of all pairs, as far as this replica has heard.</param>
/// <param name="Horizon">The latest that any replica has had. It only rises, also where cuts are lost with a replica's store.</param>
/// <param name="Swept">The latest horizon at which it may have swept. Rises before the first deletion at that horizon goes.</param>
/// <param name="IsIncomplete">
/// It has lost writes, and with them deletions that others may sweep, having told it of them. What was read anywhere before it lost them
/// may hold what those deletions shadow, so no read repair is taken until every other replica has been compared with.
/// </param>
public sealed record GroupDeletes(PairCuts Cuts, FormationTime Horizon, FormationTime Swept, bool IsIncomplete)
{
    public static GroupDeletes Of(int members) => new(PairCuts.None(members), default, default, IsIncomplete: false);

    /// <summary>A row read under an older horizon than this replica has swept at may hold what the swept deletions shadowed.</summary>
    public bool RefusesRepair(FormationTime sourceHorizon) => sourceHorizon.CompareTo(Swept) < 0;

    public bool RefusesReadRepair(FormationTime sourceHorizon) => IsIncomplete || RefusesRepair(sourceHorizon);

    /// <summary>
    /// Takes over what a peer knows. Who has lost writes has nothing left of what it swept, or would have: it counts as swept at every horizon
    /// that it hears of until it is complete.
    /// </summary>
    public GroupDeletes Learn(PairCuts theirCuts, FormationTime theirHorizon) => Settled(Cuts.Merge(theirCuts), theirHorizon);

    /// <summary>An exchange has ended that was begun when these were the incarnations; if a replica has lost writes since, it says nothing.</summary>
    public GroupDeletes Exchanged(int left, int right, FormationTime cut, ImmutableArray<long> incarnations) =>
        Cuts.Incarnations().AsSpan().SequenceEqual(incarnations.AsSpan()) ? Settled(Cuts.Raise(left, right, cut), default) : this;

    /// <summary>About to sweep at the horizon.</summary>
    public GroupDeletes Sweeping() => Swept == Horizon ? this : this with { Swept = Horizon };

    /// <summary>
    /// The member, this replica itself, has lost some writes, or all. What it knows beside cuts stays true: it was durable before it was relied on.
    /// </summary>
    public GroupDeletes Lost(int self, long incarnation) => this with { Cuts = Cuts.Reborn(self, incarnation), IsIncomplete = true };

    public GroupDeletes Completed() => IsIncomplete ? this with { IsIncomplete = false } : this;

    private GroupDeletes Settled(PairCuts cuts, FormationTime heard)
    {
        var horizon = Latest(Horizon, Latest(heard, cuts.Horizon));
        var swept = IsIncomplete ? Latest(Swept, horizon) : Swept;
        return ReferenceEquals(cuts, Cuts) && horizon == Horizon && swept == Swept ? this : this with { Cuts = cuts, Horizon = horizon, Swept = swept };
    }

    private static FormationTime Latest(FormationTime left, FormationTime right) => left.CompareTo(right) >= 0 ? left : right;
}
