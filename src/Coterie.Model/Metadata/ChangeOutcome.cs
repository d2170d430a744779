namespace Coterie.Model.Metadata;

/// <summary>Why the metadata did not change as asked. Drivers see AlreadyExists as its own error code.</summary>
public enum ChangeRefusal : byte
{
    None = 0,
    KeyspaceExists,
    TableExists,
    KeyspaceUnknown,
    TableUnknown,
    LimitReached,
    Invalid,
}

/// <summary>
/// What applying a change gives. A refused change still takes its epoch (the entry was decided), with the value otherwise as before;
/// so does one that had nothing to do (IF NOT EXISTS on what exists), where <see cref="Changed"/> is false.
/// </summary>
public sealed record ChangeOutcome(ClusterMetadata Metadata, bool Changed, ChangeRefusal Refusal, string Message);
