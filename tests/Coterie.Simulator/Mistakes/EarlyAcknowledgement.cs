using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>
/// Says that a batch is durable before the sync has ended: a disk with a write cache that it keeps quiet about. Reads see what is in the
/// cache; a crash loses it. Batches of the node's own state are let alone, since a node that forgets itself fails in other ways first.
/// </summary>
public sealed class EarlyAcknowledgement(IStorageEngine inner) : WrappedEngine(inner)
{
    private Task _earlier = Task.CompletedTask;

    public override async ValueTask CommitAsync(StorageBatch batch)
    {
        var copy = new StorageBatch();
        var hasLocal = false;
        foreach (var item in batch)
        {
            Append(copy, item);
            hasLocal |= item.Area == StorageArea.Local;
        }

        var commit = CommitInOrderAsync(_earlier, copy);
        _earlier = commit;
        if (hasLocal)
        {
            await commit;
        }
    }

    private async Task CommitInOrderAsync(Task earlier, StorageBatch batch)
    {
        await earlier;
        try
        {
            await Inner.CommitAsync(batch);
        }
        catch (Exception e) when (e is StorageFullException or StorageFailedException)
        {
            // Nobody hears of it: that is the mistake.
        }
    }
}
