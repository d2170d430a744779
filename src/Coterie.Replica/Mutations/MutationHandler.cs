using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Mutations;

/// <summary>
/// Applies mutations that coordinators send (hot path: no allocation once its pool is warm). Nothing reaches the writer that has not been
/// validated whole, because a merge operand that cannot be decoded would stop compaction for good; and nothing is answered Ok before the
/// writer has said that it is durable.
/// </summary>
public sealed class MutationHandler : IRequestHandler
{
    private readonly IStorageWriter _writer;
    private readonly LiveTables _tables;
    private readonly TimeProvider _time;
    private readonly ReplicaCounters _counters;
    private readonly ReplicaFault _fault;
    private readonly ILogger _logger;
    private readonly BoundedPool<PendingMutation> _pool;

    public MutationHandler(
        IStorageWriter writer, LiveTables tables, TimeProvider time, ReplicaCounters counters, ILogger<MutationHandler> logger, ReplicaFault fault = ReplicaFault.None)
    {
        _writer = writer;
        _tables = tables;
        _time = time;
        _counters = counters;
        _fault = fault;
        _logger = logger;
        _pool = new BoundedPool<PendingMutation>(Limits.ReplicaPooledMax, () => new PendingMutation(this));
    }

    public void Handle(in Request request)
    {
        if (_time.GetTimestamp() > request.Deadline)
        {
            _counters.RequestExpired();
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
        else if (!IsValid(request))
        {
            _counters.RequestMalformed();
            request.Reply.Send(ReplyStatus.Failed, []);
        }
        else if (!_tables.Contains(new MutationReader(request.Body).Table))
        {
            _counters.RequestStale();
            request.Reply.Send(ReplyStatus.Stale, []);
        }
        else
        {
            Enqueue(request);
        }
    }

    internal void Completed(PendingMutation mutation, ReplyTo reply, WriteResult result)
    {
        _pool.Return(mutation);
        if (result == WriteResult.Durable)
        {
            _counters.MutationApplied();
            if (_fault != ReplicaFault.AcknowledgeBeforeDurable)
            {
                reply.Send(ReplyStatus.Ok, []);
            }
        }
        else
        {
            _counters.MutationFailed();
            if (_fault != ReplicaFault.AcknowledgeBeforeDurable)
            {
                reply.Send(ReplyStatus.Failed, []);
            }
        }
    }

    private void Enqueue(in Request request)
    {
        var pending = _pool.Rent();
        pending.Begin(request.Body, request.Reply);
        if (!_writer.TryEnqueue(pending))
        {
            pending.Cancel();
            _pool.Return(pending);
            _counters.RequestOverloaded();
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
        else if (_fault == ReplicaFault.AcknowledgeBeforeDurable)
        {
            request.Reply.Send(ReplyStatus.Ok, []);
        }
    }

    private bool IsValid(in Request request)
    {
        try
        {
            MutationReader.Validate(request.Body);
            return true;
        }
        catch (MalformedDataException exception)
        {
            ReplicaLog.Malformed(_logger, "mutation", request.From, exception.Message);
            return false;
        }
    }
}
