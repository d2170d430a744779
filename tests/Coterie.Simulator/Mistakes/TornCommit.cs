using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>Commits a batch in two halves, each durable and visible by itself.</summary>
public sealed class TornCommit(IStorageEngine inner) : WrappedEngine(inner)
{
    public override async ValueTask CommitAsync(StorageBatch batch)
    {
        var (first, second) = Halves(batch);
        if (first.Count > 0)
        {
            await Inner.CommitAsync(first);
        }

        await Inner.CommitAsync(second);
    }

    private static (StorageBatch First, StorageBatch Second) Halves(StorageBatch batch)
    {
        var (first, second) = (new StorageBatch(), new StorageBatch());
        foreach (var item in batch)
        {
            Append(first.Count < batch.Count / 2 ? first : second, item);
        }

        return (first, second);
    }
}
