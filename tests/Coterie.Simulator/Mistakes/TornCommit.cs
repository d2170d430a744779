using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>Commits a batch in two parts, each durable and visible by itself: up to its first row, and the rest.</summary>
public sealed class TornCommit(IStorageEngine inner) : WrappedEngine(inner)
{
    public override async ValueTask CommitAsync(StorageBatch batch)
    {
        var (first, rest) = Parts(batch);
        await Inner.CommitAsync(first);
        if (rest.Count > 0)
        {
            await Inner.CommitAsync(rest);
        }
    }

    private static (StorageBatch First, StorageBatch Others) Parts(StorageBatch batch)
    {
        var (first, rest) = (new StorageBatch(), new StorageBatch());
        var hasRow = false;
        foreach (var item in batch)
        {
            Append(hasRow ? rest : first, item);
            hasRow |= item.Area == StorageArea.Data;
        }

        return (first, rest);
    }
}
