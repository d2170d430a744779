using System.Buffers;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Storage;

namespace Coterie.Replica.Mutations;

/// <summary>An encoded mutation as operations on the engine's keys.</summary>
internal static class MutationBatch
{
    /// <param name="reader">Of a valid mutation, before its first entry.</param>
    /// <param name="key">To work with; its content does not matter.</param>
    /// <param name="isRepair">Its rows are older than it is: how old, they say themselves.</param>
    public static void Add(StorageBatch batch, MutationReader reader, PooledBuffer key, bool isRepair = false)
    {
        batch.NoteFormed(reader.Formed.Milliseconds);
        key.Clear();
        DataKey.WritePartition(reader.Table, reader.Token, reader.PartitionKey, key);
        var prefix = key.Length;
        while (reader.MoveNext())
        {
            key.Truncate(prefix);
            key.Write(reader.EntryKey);
            batch.Merge(StorageArea.Data, key.Span, reader.Row);
            if (isRepair)
            {
                batch.NoteFormed(RowPurge.OldestPurgeable(reader.Row));
            }
        }
    }
}
