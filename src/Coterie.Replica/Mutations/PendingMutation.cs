using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Deletes;
using Coterie.Model.Keys;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Mutations;

/// <summary>One mutation between its arrival and its acknowledgement. Owned by the handler's pool; in use by one request at a time.</summary>
internal sealed class PendingMutation(MutationHandler owner) : IPendingWrite
{
    private readonly PooledBuffer _body = new();
    private readonly PooledBuffer _key = new();
    private ReplyTo _reply;
    private bool _isRepair;

    public int Bytes => _body.Length;

    /// <param name="isRepair">Its rows are older than it is: how old, they say themselves.</param>
    public void Begin(ReadOnlySpan<byte> body, ReplyTo reply, bool isRepair)
    {
        _isRepair = isRepair;
        _body.Write(body);
        _reply = reply;
    }

    /// <summary>The writer did not take it: it is as it was before <see cref="Begin"/>.</summary>
    public void Cancel() => Reset();

    public void AppendTo(StorageBatch batch)
    {
        var mutation = new MutationReader(_body.Span);
        batch.NoteFormed(mutation.Formed.Milliseconds);
        DataKey.WritePartition(mutation.Table, mutation.Token, mutation.PartitionKey, _key);
        var prefix = _key.Length;
        while (mutation.MoveNext())
        {
            _key.Truncate(prefix);
            _key.Write(mutation.EntryKey);
            batch.Merge(StorageArea.Data, _key.Span, mutation.Row);
            if (_isRepair)
            {
                batch.NoteFormed(RowPurge.OldestPurgeable(mutation.Row));
            }
        }
    }

    public void Completed(WriteResult result)
    {
        // The reply is taken out first: once in the pool, the object may already belong to another request.
        var reply = _reply;
        Reset();
        owner.Completed(this, reply, result);
    }

    private void Reset()
    {
        _body.Clear();
        _key.Clear();
        _reply = default;
    }
}
