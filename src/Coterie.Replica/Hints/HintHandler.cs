using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Hints;
using Coterie.Model.Ids;
using Coterie.Model.Pooling;
using Coterie.Storage;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Hints;

/// <summary>
/// Keeps hints for this node's own coordinator, which decides which and how many: a store and nothing more. A hint is answered when it is durable.
/// Other nodes are refused: whose hints these are, and what may be forgotten of them, only this node knows.
/// </summary>
public sealed class HintHandler : IRequestHandler
{
    private readonly IStorageEngine _engine;
    private readonly IStorageWriter _writer;
    private readonly NodeId _self;
    private readonly ReplicaCounters _counters;
    private readonly ILogger _logger;
    private readonly BoundedPool<HintWrite> _pool;

    public HintHandler(IStorageEngine engine, IStorageWriter writer, NodeId self, ReplicaCounters counters, ILogger<HintHandler> logger)
    {
        _engine = engine;
        _writer = writer;
        _self = self;
        _counters = counters;
        _logger = logger;
        _pool = new BoundedPool<HintWrite>(Limits.ReplicaPooledMax, () => new HintWrite(_pool!.Return));
    }

    public void Handle(in Request request)
    {
        try
        {
            if (request.From != _self)
            {
                throw new MalformedDataException("hints are kept for this node alone");
            }

            switch (request.Verb)
            {
                case Verb.HintStore:
                    Store(request);
                    break;
                case Verb.HintForget:
                    Forget(request);
                    break;
                default:
                    Read(request);
                    break;
            }
        }
        catch (MalformedDataException exception)
        {
            _counters.RequestMalformed();
            ReplicaLog.Malformed(_logger, request.Verb.ToString(), request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
        }
    }

    private void Store(in Request request)
    {
        var hint = HintRecord.Read(request.Body);
        Span<byte> key = stackalloc byte[HintKey.HintBytes];
        HintKey.Hint(key, hint.Target, hint.Sequence);
        Write(BatchOperation.Put, key, hint.Stored, request.Reply);
    }

    private void Forget(in Request request)
    {
        var forget = HintForgetRequest.Decode(request.Body);
        Span<byte> lower = stackalloc byte[HintKey.HintBytes];
        Span<byte> upper = stackalloc byte[HintKey.HintBytes + 1];
        HintKey.Hint(lower, forget.Target, 0);
        HintKey.Hint(upper, forget.Target, forget.UpTo);
        // One byte more than the last key: the first key behind it.
        upper[^1] = 0;
        Write(BatchOperation.DeleteRange, lower, upper, request.Reply);
    }

    private void Read(in Request request)
    {
        var asked = HintReadRequest.Decode(request.Body);
        if (!_engine.TrySchedule(new HintReadWork(_engine, asked, request.Reply, _logger)))
        {
            _counters.RequestOverloaded();
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    private void Write(BatchOperation operation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReplyTo reply)
    {
        var write = _pool.Rent();
        write.Begin(operation, key, value, reply);
        if (!_writer.TryEnqueue(write))
        {
            _counters.RequestOverloaded();
            write.Refused();
        }
    }
}
