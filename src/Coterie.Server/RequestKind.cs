namespace Coterie.Server;

/// <summary>What a client asked for, as far as times are kept apart.</summary>
public enum RequestKind
{
    /// <summary>Neither of the others: PREPARE, schema changes, and whatever could not be read.</summary>
    Other,
    Read,

    /// <summary>Batches and conditional writes too.</summary>
    Write,
}
