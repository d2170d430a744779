using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Model.Time;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Mutations;

/// <summary>One mutation between its arrival and its acknowledgement. Owned by the handler's pool; in use by one request at a time.</summary>
internal sealed class PendingMutation(MutationHandler owner) : IPendingWrite
{
    private readonly PooledBuffer _body = new();
    private readonly PooledBuffer _key = new();
    private ReplyTo _reply;
    private FormationTime? _repairedFrom;
    private ReplyStatus? _refusal;

    public int Bytes => _body.Length;

    /// <param name="repairedFrom">Of a read repair: the horizon of its source. Its rows are older than it is: how old, they say themselves.</param>
    public void Begin(ReadOnlySpan<byte> body, ReplyTo reply, FormationTime? repairedFrom)
    {
        _repairedFrom = repairedFrom;
        _body.Write(body);
        _reply = reply;
    }

    /// <summary>The writer did not take it: it is as it was before <see cref="Begin"/>.</summary>
    public void Cancel() => Reset();

    public void AppendTo(StorageBatch batch)
    {
        var mutation = new MutationReader(_body.Span);

        // Again, and here: a floor that rose, or a sweep that began, while it waited in the queue must find it written or refused.
        _refusal = owner.Refusal(mutation, _repairedFrom);
        if (_refusal is null)
        {
            MutationBatch.Add(batch, mutation, _key, isRepair: _repairedFrom is not null);
        }
    }

    public void Completed(WriteResult result)
    {
        // The reply is taken out first: once in the pool, the object may already belong to another request.
        var (reply, refusal) = (_reply, _refusal);
        Reset();
        owner.Completed(this, reply, result, refusal);
    }

    private void Reset()
    {
        _body.Clear();
        _key.Clear();
        _reply = default;
        _repairedFrom = null;
        _refusal = null;
    }
}
