using System.Buffers;
using System.Text;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Local;

/// <summary>Small named values under one prefix of the node's own key space. Not on a hot path.</summary>
internal sealed class LocalArea(IStorageEngine engine, IStorageWriter writer, string prefix)
{
    public byte[]? Get(string key)
    {
        var destination = new ArrayBufferWriter<byte>();
        return engine.Get(StorageArea.Local, Key(key), destination, cachedOnly: false) == GetResult.Found ? destination.WrittenSpan.ToArray() : null;
    }

    /// <summary>All values under the prefix, with their keys, in order.</summary>
    public void Scan(Visit visit)
    {
        // Keys are text: nothing in it is above this byte.
        using var cursor = engine.Scan(StorageArea.Local, Key(""), [.. Key(""), 0xFF], reverse: false);
        while (cursor.MoveNext())
        {
            visit(Encoding.UTF8.GetString(cursor.Key[prefix.Length..]), cursor.Value);
        }
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task PutAsync(string key, ReadOnlyMemory<byte> value) => WriteAsync(key, value.ToArray());

    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task DeleteAsync(string key) => WriteAsync(key, null);

    private Task WriteAsync(string key, byte[]? value)
    {
        var put = new PendingPut(Key(key), value);
        return writer.TryEnqueue(put) ? put.Done : Task.FromException(new IOException("The writer's queue is full, or it has stopped."));
    }

    public delegate void Visit(string key, ReadOnlySpan<byte> value);

    private byte[] Key(string key) => Encoding.UTF8.GetBytes(prefix + key);

    private sealed class PendingPut(byte[] key, byte[]? value) : IPendingWrite
    {
        // Continuations must not run on the writer loop, which every other write waits for.
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public int Bytes => key.Length + (value?.Length ?? 0);

        public void AppendTo(StorageBatch batch)
        {
            if (value is null)
            {
                batch.Delete(StorageArea.Local, key);
            }
            else
            {
                batch.Put(StorageArea.Local, key, value);
            }
        }

        public void Completed(WriteResult result)
        {
            if (result == WriteResult.Durable)
            {
                _done.SetResult();
            }
            else
            {
                _done.SetException(new IOException(result == WriteResult.Full ? "No space left on the disk." : "The store has failed."));
            }
        }
    }
}
