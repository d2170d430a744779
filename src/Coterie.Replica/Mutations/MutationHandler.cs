using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Mutations;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Mutations;

/// <summary>
/// Applies mutations that coordinators send (hot path: no allocation once its pool is warm). Nothing reaches the writer that has not been
/// validated whole, because a merge operand that cannot be decoded would stop compaction for good; nothing that may bring back what was deleted;
/// and nothing is answered Ok before the writer has said that it is durable.
/// </summary>
public sealed class MutationHandler : IRequestHandler
{
    private readonly IStorageWriter _writer;
    private readonly LiveTables _tables;
    private readonly Horizons _horizons;
    private readonly TimeProvider _time;
    private readonly ReplicaCounters _counters;
    private readonly ILogger _logger;
    private readonly BoundedPool<PendingMutation> _pool;

    public MutationHandler(
        IStorageWriter writer,
        LiveTables tables,
        Horizons horizons,
        TimeProvider time,
        ReplicaCounters counters,
        ILogger<MutationHandler> logger)
    {
        _writer = writer;
        _tables = tables;
        _horizons = horizons;
        _time = time;
        _counters = counters;
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
        else if (!IsValid(request, out var body))
        {
            _counters.RequestMalformed();
            request.Reply.Send(ReplyStatus.Failed, []);
        }
        else
        {
            FormationTime? repairedFrom = request.Verb == Verb.ReadRepair ? ReadReply.HorizonOf(request.Body) : null;
            if (Refusal(new MutationReader(body), repairedFrom) is { } refusal)
            {
                request.Reply.Send(refusal, []);
            }
            else
            {
                Enqueue(body, request.Reply, repairedFrom);
            }
        }
    }

    /// <summary>Null: it is applied. Counts what it refuses.</summary>
    /// <param name="repairedFrom">Null: no read repair.</param>
    internal ReplyStatus? Refusal(in MutationReader mutation, FormationTime? repairedFrom)
    {
        if (!_tables.Contains(mutation.Table))
        {
            _counters.RequestStale();
            return ReplyStatus.Stale;
        }

        if (repairedFrom is { } horizon)
        {
            // How old the rows in it are is not known; under which horizon they were read is.
            if (_horizons.RefusesReadRepair(mutation.Table, mutation.Token, horizon))
            {
                _counters.RepairRefused();
                return ReplyStatus.Stale;
            }
        }
        else if (_horizons.RefusesMutation(mutation.Table, mutation.Formed))
        {
            // It has no place any more, and never will have: a hint of it is forgotten.
            _counters.MutationTooOld();
            return ReplyStatus.Stale;
        }

        return null;
    }

    /// <param name="refusal">Said on the writer loop; null: it was written.</param>
    internal void Completed(PendingMutation mutation, ReplyTo reply, WriteResult result, ReplyStatus? refusal)
    {
        _pool.Return(mutation);
        if (refusal is { } status)
        {
            reply.Send(status, []);
        }
        else if (result == WriteResult.Durable)
        {
            _counters.MutationApplied();
            reply.Send(ReplyStatus.Ok, []);
        }
        else
        {
            _counters.MutationFailed();
            reply.Send(ReplyStatus.Failed, []);
        }
    }

    private void Enqueue(ReadOnlySpan<byte> body, ReplyTo reply, FormationTime? repairedFrom)
    {
        var pending = _pool.Rent();
        pending.Begin(body, reply, repairedFrom);
        if (!_writer.TryEnqueue(pending))
        {
            pending.Cancel();
            _pool.Return(pending);
            _counters.RequestOverloaded();
            reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    private bool IsValid(in Request request, out ReadOnlySpan<byte> body)
    {
        body = request.Body;
        try
        {
            if (request.Verb == Verb.ReadRepair)
            {
                ReadReply.HorizonOf(body);
                body = body[ReadReply.HorizonBytes..];
            }

            MutationReader.Validate(body);
            return true;
        }
        catch (MalformedDataException exception)
        {
            ReplicaLog.Malformed(_logger, "mutation", request.From, exception.Message);
            return false;
        }
    }
}
