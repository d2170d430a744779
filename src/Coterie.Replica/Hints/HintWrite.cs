using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model.Pooling;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Hints;

/// <summary>One change of the area of hints between the request for it and its answer. In use by one request at a time.</summary>
internal sealed class HintWrite(Action<HintWrite> giveBack) : IPendingWrite
{
    private readonly PooledBuffer _key = new();
    private readonly PooledBuffer _value = new();
    private BatchOperation _operation;
    private Action<bool>? _then;
    private ReplyTo _reply;
    private bool _isSynced;

    public int Bytes => _key.Length + _value.Length;

    /// <param name="value">Of a put; the end of a range that is deleted; of no use for the deletion of one key.</param>
    /// <param name="then">Told, before the answer, whether it is durable.</param>
    /// <param name="isSynced">Whether it is to be synced before the answer in every mode.</param>
    public void Begin(
        BatchOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReplyTo reply, Action<bool>? then = null, bool isSynced = false)
    {
        _isSynced = isSynced;
        _operation = operation;
        _key.Write(key);
        _value.Write(value);
        _reply = reply;
        _then = then;
    }

    public void AppendTo(StorageBatch batch)
    {
        if (_isSynced)
        {
            batch.RequireSync();
        }

        switch (_operation)
        {
            case BatchOperation.Put:
                batch.Put(StorageArea.Hints, _key.Span, _value.Span);
                break;
            case BatchOperation.Delete:
                batch.Delete(StorageArea.Hints, _key.Span);
                break;
            default:
                batch.DeleteRange(StorageArea.Hints, _key.Span, _value.Span);
                break;
        }
    }

    public void Completed(WriteResult result) => End(result == WriteResult.Durable ? ReplyStatus.Ok : ReplyStatus.Failed);

    /// <summary>The writer did not take it.</summary>
    public void Refused() => End(ReplyStatus.Overloaded);

    private void End(ReplyStatus status)
    {
        // Taken out first: once given back, the object may already belong to another request.
        var (reply, then) = (_reply, _then);
        _key.Clear();
        _value.Clear();
        (_reply, _then) = (default, null);
        giveBack(this);
        then?.Invoke(status == ReplyStatus.Ok);
        reply.Send(status, []);
    }
}
