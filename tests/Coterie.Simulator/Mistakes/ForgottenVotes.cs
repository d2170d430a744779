using Coterie.Storage;

namespace Coterie.Simulator.Mistakes;

/// <summary>Never keeps the terms and votes of a group's member, as if they were not synced: see docs/formats.md.</summary>
public sealed class ForgottenVotes(IStorageEngine inner) : WrappedEngine(inner)
{
    private const int GroupBytes = sizeof(ulong);
    private const byte StateKind = 0;

    public override ValueTask CommitAsync(StorageBatch batch)
    {
        var kept = new StorageBatch();
        foreach (var item in batch)
        {
            if (item.Area != StorageArea.Raft || item.Key.Length != GroupBytes + 1 || item.Key[GroupBytes] != StateKind)
            {
                Append(kept, item);
            }
        }

        return Inner.CommitAsync(kept);
    }
}
