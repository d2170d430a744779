namespace Coterie.Storage.Writer;

/// <summary>
/// When a write counts as durable. The node's own state (<see cref="StorageArea.Local"/>), and whatever requires it
/// (<see cref="StorageBatch.RequireSync"/>), is synced before anybody is told of it in every mode.
/// </summary>
public enum SyncMode : byte
{
    /// <summary>After an fsync, which all writes that wait share.</summary>
    Group = 0,

    /// <summary>When the system has it; there is an fsync each <see cref="StorageWriterOptions.SyncInterval"/>.</summary>
    Periodic = 1,

    /// <summary>When the system has it; what syncs it is what must be synced anyway.</summary>
    None = 2,
}
