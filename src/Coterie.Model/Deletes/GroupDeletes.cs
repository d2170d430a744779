using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>
/// What one replica knows of the deletes of one table in one group, and what follows from it: which deletions it may sweep, and which
/// repairs it must refuse. Pure and immutable; the owner makes a value durable before anything relies on it.
/// </summary>
/// <param name="Cuts">The cuts of all pairs, as far as this replica has heard.</param>
/// <param name="Swept">The latest horizon at which it may have swept. Rises before the first deletion at that horizon goes.</param>
/// <param name="IsIncomplete">
/// It has lost writes, and with them deletions that others may sweep, having told it of them. What was read anywhere before it lost them
/// may hold what those deletions shadow, so no read repair is taken until every other replica has been compared with.
/// </param>
public sealed record GroupDeletes(PairCuts Cuts, FormationTime Swept, bool IsIncomplete)
{
    public static GroupDeletes Of(int members) => new(PairCuts.None(members), default, IsIncomplete: false);

    public FormationTime Horizon => Cuts.Horizon;

    /// <summary>A row read under an older horizon than this replica has swept at may hold what the swept deletions shadowed.</summary>
    public bool RefusesRepair(FormationTime sourceHorizon) => sourceHorizon.CompareTo(Swept) < 0;

    public bool RefusesReadRepair(FormationTime sourceHorizon) => IsIncomplete || RefusesRepair(sourceHorizon);

    /// <summary>
    /// Takes over what a peer knows. Who has lost writes has nothing left of what it swept, or would have: it counts as swept at every horizon
    /// that it hears of until it is complete.
    /// </summary>
    public GroupDeletes Learn(PairCuts theirs) => Settled(Cuts.Merge(theirs));

    public GroupDeletes Exchanged(int left, int right, FormationTime cut) => Settled(Cuts.Raise(left, right, cut));

    /// <summary>About to sweep at the horizon.</summary>
    public GroupDeletes Sweeping() => Swept == Horizon ? this : this with { Swept = Horizon };

    /// <summary>Some writes are lost. Cuts stay true: all that a cut speaks of was durable before it, and of a lost store no cut is left.</summary>
    public GroupDeletes Lost() => IsIncomplete ? this : this with { IsIncomplete = true };

    public GroupDeletes Completed() => IsIncomplete ? this with { IsIncomplete = false } : this;

    private GroupDeletes Settled(PairCuts cuts)
    {
        var swept = IsIncomplete && cuts.Horizon.CompareTo(Swept) > 0 ? cuts.Horizon : Swept;
        return ReferenceEquals(cuts, Cuts) && swept == Swept ? this : this with { Cuts = cuts, Swept = swept };
    }
}
