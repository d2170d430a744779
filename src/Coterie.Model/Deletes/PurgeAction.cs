namespace Coterie.Model.Deletes;

/// <summary>What becomes of one entry at a horizon.</summary>
public enum PurgeAction : byte
{
    Keep = 0,

    /// <summary>Something of it is swept; what is left stands in its place.</summary>
    Replace = 1,

    /// <summary>Nothing is left of it.</summary>
    Remove = 2,
}
