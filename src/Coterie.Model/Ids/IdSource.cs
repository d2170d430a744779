namespace Coterie.Model.Ids;

/// <summary>Where new identities come from. Handed in, so that a simulated cluster repeats itself under a seed.</summary>
public abstract class IdSource
{
    /// <summary>A random (version 4) UUID.</summary>
    public abstract Guid NextGuid();
}
