namespace Coterie.Storage.Writer;

/// <summary>Faults that can be planted in the writer, so that the simulator can show that it would find them. None in a real node.</summary>
public enum StorageFault : byte
{
    None = 0,

    /// <summary>Tells each write that it is durable before the sync has begun.</summary>
    AcknowledgeBeforeSync = 1,
}
