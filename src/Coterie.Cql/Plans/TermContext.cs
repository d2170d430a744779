using Coterie.Model.Time;

namespace Coterie.Cql.Plans;

/// <summary>What terms are evaluated with.</summary>
internal readonly struct TermContext(BoundValues values, FormationTime now)
{
    public BoundValues Values { get; } = values;

    /// <summary>The coordinator's wall clock: what now() says.</summary>
    public FormationTime Now { get; } = now;
}
