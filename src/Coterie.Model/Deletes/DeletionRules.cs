using Coterie.Model.Time;

namespace Coterie.Model.Deletes;

/// <summary>
/// The arithmetic of safe deletes for one table: how old a mutation may be when it arrives, and how far behind an exchange its cut lies.
/// Pure; docs/decisions/0003-safe-deletes.md has the argument.
/// </summary>
/// <remarks>
/// Clocks of nodes that talk to each other differ by at most <c>skewMax</c>. A healthy coordinator may be that far behind, so its fresh
/// mutations must be within the age; and whatever was formed, on any clock, before a deletion that is formed before a cut must be too old
/// for every floor and every clock: coordinator against coordinator is one skew, replica against driver another.
/// </remarks>
public readonly record struct DeletionRules
{
    /// <summary>What is on its way must be able to arrive, whatever a table's option says.</summary>
    public static TimeSpan GraceMin => TimeSpan.FromMinutes(1);

    private readonly long _skewMaxMilliseconds;

    public DeletionRules(TimeSpan grace, TimeSpan skewMax)
    {
        Check.Request(skewMax >= TimeSpan.Zero);
        _skewMaxMilliseconds = (long)skewMax.TotalMilliseconds;
        AgeMaxMilliseconds = (long)(grace < GraceMin ? GraceMin : grace).TotalMilliseconds + _skewMaxMilliseconds;
    }

    /// <summary>A mutation formed longer ago than this, by the receiver's clock, is refused.</summary>
    public long AgeMaxMilliseconds { get; }

    /// <summary>The floor that both sides set when an exchange begins, in formation time.</summary>
    public FormationTime FloorOf(FormationTime begun) => new(Math.Max(0, begun.Milliseconds - AgeMaxMilliseconds));

    /// <summary>The cut of the pair when that exchange has ended.</summary>
    public FormationTime CutOf(FormationTime begun) => new(Math.Max(0, begun.Milliseconds - AgeMaxMilliseconds - (2 * _skewMaxMilliseconds)));

    public bool IsTooOld(FormationTime formed, long nowMilliseconds) => nowMilliseconds - formed.Milliseconds > AgeMaxMilliseconds;
}
