using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Pooling;
using Coterie.Model.Reads;
using Coterie.Model.Time;
using Coterie.Replica.Deletes;
using Coterie.Replica.Groups;
using Coterie.Storage;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Reads;

/// <summary>
/// Answers reads with rows or with their digest (hot path). A point read is tried on the thread that received it, from the cache; what
/// needs the disk goes to the engine's bounded I/O pool, and is refused when that is full.
/// </summary>
public sealed class ReadHandler : IRequestHandler
{
    /// <summary>More gets than this are not done on the thread that receives requests.</summary>
    private const int InlineSlicesMax = 8;

    private readonly IStorageEngine _engine;
    private readonly LiveTables _tables;
    private readonly Horizons _horizons;
    private readonly ClosedGroups? _closed;
    private readonly TimeProvider _time;
    private readonly ReplicaCounters _counters;
    private readonly ILogger _logger;
    private readonly BoundedPool<ReadWork> _pool;

    /// <param name="closed">Null: there are no leader-based tables.</param>
    public ReadHandler(
        IStorageEngine engine,
        LiveTables tables,
        Horizons horizons,
        TimeProvider time,
        ReplicaCounters counters,
        ILogger<ReadHandler> logger,
        ClosedGroups? closed = null)
    {
        _closed = closed;
        _engine = engine;
        _tables = tables;
        _horizons = horizons;
        _time = time;
        _counters = counters;
        _logger = logger;
        _pool = new BoundedPool<ReadWork>(Limits.ReplicaPooledMax, () => new ReadWork(this, engine));
    }

    public void Handle(in Request request)
    {
        if (IsExpired(request.Deadline))
        {
            request.Reply.Send(ReplyStatus.Overloaded, []);
            return;
        }

        var refusal = Examine(request, out var tryInline);
        if (refusal != ReplyStatus.Ok)
        {
            request.Reply.Send(refusal, []);
            return;
        }

        var work = _pool.Rent();
        if (tryInline && work.TryAnswer(request.Body, request.Reply, cachedOnly: true))
        {
            _pool.Return(work);
            return;
        }

        work.Begin(request.Body, request.Reply, request.Deadline);
        if (_engine.TrySchedule(work))
        {
            _counters.ReadScheduled();
        }
        else
        {
            work.Cancel();
            _pool.Return(work);
            _counters.RequestOverloaded();
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    /// <summary>Asked when the read begins, and so no later than what it finds.</summary>
    internal FormationTime HorizonOf(in ReadCommandReader command) => command.IsSingle
        ? _horizons.HorizonOf(command.Table, command.Token)
        : _horizons.HorizonOf(command.Table, command.Token, command.EndToken);

    internal void Return(ReadWork work) => _pool.Return(work);

    internal bool IsExpired(long deadline)
    {
        if (_time.GetTimestamp() <= deadline)
        {
            return false;
        }

        _counters.RequestExpired();
        return true;
    }

    internal void Answered() => _counters.ReadDone();

    /// <summary>What a read that failed is answered with; counted and logged with the place that the store names.</summary>
    internal ReplyStatus Explain(ReadOnlySpan<byte> body, Exception exception)
    {
        var table = new ReadCommandReader(body[1..]).Table;
        switch (exception)
        {
            case StorageCorruptException or MalformedDataException:
                _counters.DataCorrupt();
                ReplicaLog.Corrupt(_logger, table, exception);
                break;
            case TombstonesOverwhelmException:
                _counters.TombstonesOverwhelm();
                ReplicaLog.Tombstones(_logger, table, exception.Message);
                break;
            default:
                ReplicaLog.ReadFailed(_logger, table, exception);
                break;
        }

        return ReplyStatus.Failed;
    }

    private bool AnswersReads(in ReadCommandReader command) => command.IsSingle
        ? _horizons.AnswersReads(command.Table, command.Token) && _closed?.Contains(command.Table, command.Token) != true
        : _horizons.AnswersReads(command.Table, command.Token, command.EndToken) && _closed?.Contains(command.Table, command.Token, command.EndToken) != true;

    private ReplyStatus Examine(in Request request, out bool tryInline)
    {
        tryInline = false;
        try
        {
            if (request.Body.IsEmpty || request.Body[0] > (byte)(ReadRequestHead.Digest | ReadRequestHead.WithNewest))
            {
                throw new MalformedDataException("neither data nor a digest is asked for");
            }

            var command = new ReadCommandReader(request.Body[1..]);
            if (!_tables.Contains(command.Table))
            {
                _counters.RequestStale();
                return ReplyStatus.Stale;
            }

            if (!AnswersReads(command))
            {
                _counters.ReadIncomplete();
                return ReplyStatus.Failed;
            }

            tryInline = command.IsSingle && command.SliceCount <= InlineSlicesMax;
            return ReplyStatus.Ok;
        }
        catch (MalformedDataException exception)
        {
            _counters.RequestMalformed();
            ReplicaLog.Malformed(_logger, "read", request.From, exception.Message);
            return ReplyStatus.Failed;
        }
    }
}
