using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>
/// A member that is behind the log of its group fetches all rows and leaves those that it has: what has been deleted and swept where they come from stays. See
/// docs/formats.md for the record that says that rows are missing.
/// </summary>
public sealed class KeptRows(IStorageEngine inner) : WrappedEngine(inner)
{
    private const int GroupBytes = sizeof(ulong);
    private const byte FetchKind = 4;

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var beginsFetch = false;
        foreach (var item in batch)
        {
            beginsFetch |= item.Area == StorageArea.Raft && item.Operation == BatchOperation.Put && item.Key.Length == GroupBytes + 1 && item.Key[GroupBytes] == FetchKind;
        }

        if (!beginsFetch)
        {
            return Inner.CommitAsync(batch);
        }

        var kept = new StorageBatch();
        foreach (var item in batch)
        {
            if (item.Area != StorageArea.Data || item.Operation != BatchOperation.DeleteRange)
            {
                Append(kept, item);
            }
        }

        return Inner.CommitAsync(kept);
    }
}
