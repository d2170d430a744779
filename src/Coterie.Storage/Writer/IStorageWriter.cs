namespace Coterie.Storage.Writer;

/// <summary>The one way to write: data, metadata promises and identity go through one queue, one batch, one log append, one fsync.</summary>
public interface IStorageWriter
{
    /// <summary>False: the queue is full or the writer has stopped; nothing was taken and <see cref="IPendingWrite.Completed"/> will not be called.</summary>
    bool TryEnqueue(IPendingWrite write);
}
