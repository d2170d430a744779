namespace Coterie.Storage.Trees;

/// <summary>Counts of a table's leaves; of entries, and of those that hold a tombstone or an expired cell, as of when each leaf was last read.</summary>
public readonly record struct TableLeaves(int Leaves, int Dirty, long Entries, long Tombstones = 0);

/// <summary>A leaf as it was at one moment; its keys are those from <paramref name="Start"/> up to <paramref name="End"/>.</summary>
public readonly record struct LeafView(
    Leaf Leaf, byte[] Start, byte[] End, bool IsClean, UInt128 Hash, long Count, long OldestPurgeable, long LastBatch, int WritesSince, long Tombstones)
{
    internal static LeafView Of(Leaf leaf, byte[] end) =>
        new(leaf, leaf.Start, end, leaf.IsClean, leaf.Hash, leaf.Count, leaf.OldestPurgeable, leaf.LastBatch, leaf.WritesSince, leaf.Tombstones);
}
