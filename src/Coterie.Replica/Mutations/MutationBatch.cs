using System.Buffers;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Storage;

namespace Coterie.Replica.Mutations;

/// <summary>An encoded mutation as operations on the engine's keys.</summary>
internal static class MutationBatch
{
    /// <param name="mutation">Valid.</param>
    /// <param name="key">To work with; its content does not matter.</param>
    public static void Add(StorageBatch batch, ReadOnlySpan<byte> mutation, PooledBuffer key)
    {
        var reader = new MutationReader(mutation);
        batch.NoteFormed(reader.Formed.Milliseconds);
        key.Clear();
        DataKey.WritePartition(reader.Table, reader.Token, reader.PartitionKey, key);
        var prefix = key.Length;
        while (reader.MoveNext())
        {
            key.Truncate(prefix);
            key.Write(reader.EntryKey);
            batch.Merge(StorageArea.Data, key.Span, reader.Row);
        }
    }
}
