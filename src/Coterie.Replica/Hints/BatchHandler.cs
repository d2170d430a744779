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
/// Keeps logged batches, this node's own and those of others, until they are forgotten; and tells this node's coordinator which of them are so old
/// that whoever began them must have been interrupted. A batch is answered when it is durable.
/// </summary>
/// <remarks>
/// Age is counted from when the record came, or from the start of the node, on its own clock: no two clocks are compared. Invariant: what is in the
/// table of ages is on disk or on its way there.
/// </remarks>
public sealed class BatchHandler : IRequestHandler
{
    private readonly IStorageEngine _engine;
    private readonly IStorageWriter _writer;
    private readonly NodeId _self;
    private readonly TimeProvider _time;
    private readonly ReplicaCounters _counters;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly BoundedPool<HintWrite> _pool;

    // In the order of arrival, so that who is due stands in front.
    private readonly OrderedDictionary<Guid, (long Since, int Bytes)> _held = [];
    private long _bytes;

    public BatchHandler(
        IStorageEngine engine, IStorageWriter writer, NodeId self, TimeProvider time, ReplicaCounters counters, ILogger<BatchHandler> logger)
    {
        _engine = engine;
        _writer = writer;
        _self = self;
        _time = time;
        _counters = counters;
        _logger = logger;
        _pool = new BoundedPool<HintWrite>(Limits.ReplicaPooledMax, () => new HintWrite(_pool!.Return));
        LoadHeld();
    }

    /// <summary>Batches kept now.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    public void Handle(in Request request)
    {
        try
        {
            switch (request.Verb)
            {
                case Verb.BatchStore:
                    Store(request);
                    break;
                case Verb.BatchForget:
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

    /// <summary>What cannot be read is left where it is: it is lost for the replay, and no reason not to start.</summary>
    private void LoadHeld()
    {
        try
        {
            using var cursor = _engine.Scan(StorageArea.Hints, HintKey.BatchesLower, HintKey.BatchesUpper, reverse: false);
            while (cursor.MoveNext())
            {
                if (HintKey.TryReadBatch(cursor.Key, out var id))
                {
                    Hold(id, cursor.Value.Length);
                }
            }
        }
        catch (StorageCorruptException exception)
        {
            _counters.DataCorrupt();
            ReplicaLog.HintsUnreadable(_logger, exception);
        }
    }

    private void Store(in Request request)
    {
        var id = BatchRecord.Decode(request.Body.ToArray()).Id;
        if (!TryHold(id, request.Body.Length))
        {
            _counters.RequestOverloaded();
            request.Reply.Send(ReplyStatus.Overloaded, []);
            return;
        }

        var bytes = request.Body.Length;
        Write(BatchOperation.Put, id, request.Body, request.Reply, durable =>
        {
            if (!durable)
            {
                Release(id);
            }
            else
            {
                HoldAgain(id, bytes);
            }
        });
    }

    /// <summary>A batch that waited for the disk for so long that it was looked for, and not found, is there now.</summary>
    private void HoldAgain(Guid id, int bytes)
    {
        lock (_lock)
        {
            if (!_held.ContainsKey(id))
            {
                Hold(id, bytes);
            }
        }
    }

    /// <summary>Also one that is not here: it may have been forgotten before, or its storing has failed.</summary>
    private void Forget(in Request request)
    {
        if (request.Body.Length != 16)
        {
            throw new MalformedDataException($"the id of a batch in {request.Body.Length} bytes");
        }

        var id = new Guid(request.Body, bigEndian: true);
        Write(BatchOperation.Delete, id, [], request.Reply, durable =>
        {
            if (durable)
            {
                Release(id);
            }
        });
    }

    /// <summary>Answers the records that are so many milliseconds old, at most so many; each as a hint chunk has them, numbered from 0.</summary>
    private void Read(in Request request)
    {
        if (request.From != _self)
        {
            throw new MalformedDataException("batches are read by this node alone");
        }

        var age = TimeSpan.FromMilliseconds(new Model.Wire.ByteReader(request.Body).ReadUInt32());
        var due = DueAfter(age);
        if (due.Count == 0)
        {
            request.Reply.Send(ReplyStatus.Ok, new HintChunk([], IsDamaged: false).Encode());
        }
        else if (!_engine.TrySchedule(new BatchReadWork(_engine, due, request.Reply, Release, _logger)))
        {
            _counters.RequestOverloaded();
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    private List<Guid> DueAfter(TimeSpan age)
    {
        var due = new List<Guid>();
        lock (_lock)
        {
            foreach (var (id, (since, _)) in _held)
            {
                if (due.Count == Limits.BatchesReplayedMax || _time.GetElapsedTime(since) < age)
                {
                    break;
                }

                due.Add(id);
            }

            // Behind the others: one that cannot be replayed yet must not stand before those that can.
            foreach (var id in due)
            {
                _held.Remove(id, out var entry);
                _held.Add(id, (_time.GetTimestamp(), entry.Bytes));
            }
        }

        return due;
    }

    private bool TryHold(Guid id, int bytes)
    {
        lock (_lock)
        {
            if (_held.ContainsKey(id))
            {
                return true;
            }

            if (_held.Count >= Limits.BatchesHeldMax || _bytes + bytes > Limits.BatchesHeldBytesMax)
            {
                return false;
            }

            Hold(id, bytes);
            return true;
        }
    }

    private void Hold(Guid id, int bytes)
    {
        _held[id] = (_time.GetTimestamp(), bytes);
        _bytes += bytes;
    }

    private void Release(Guid id)
    {
        lock (_lock)
        {
            if (_held.Remove(id, out var entry))
            {
                _bytes -= entry.Bytes;
            }
        }
    }

    private void Write(BatchOperation operation, Guid id, ReadOnlySpan<byte> value, ReplyTo reply, Action<bool> then)
    {
        Span<byte> key = stackalloc byte[HintKey.BatchBytes];
        HintKey.Batch(key, id);
        var write = _pool.Rent();

        // A batch that is kept is a promise to do all of it, and nobody compares what is kept; that it was forgotten may be forgotten.
        write.Begin(operation, key, value, reply, then, isSynced: operation == BatchOperation.Put);
        if (!_writer.TryEnqueue(write))
        {
            _counters.RequestOverloaded();
            write.Refused();
        }
    }
}
