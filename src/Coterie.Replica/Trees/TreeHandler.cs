using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Storage;
using Coterie.Storage.Trees;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Trees;

/// <summary>Answers the requests by which two replicas compare what they hold. Everything that reads goes to the engine's I/O pool.</summary>
public sealed class TreeHandler : IRequestHandler
{
    private readonly IStorageEngine _engine;
    private readonly LiveTables _tables;
    private readonly TimeProvider _time;
    private readonly TreeCounters _counters;
    private readonly ILogger _logger;
    private readonly TreeAnswers _answers;

    public TreeHandler(
        IStorageEngine engine, TreeLeaves leaves, LiveTables tables, TimeProvider time, TreeCounters counters, ILogger<TreeHandler> logger)
    {
        _engine = engine;
        _tables = tables;
        _time = time;
        _counters = counters;
        _logger = logger;
        _answers = new TreeAnswers(engine, leaves);
    }

    public static IReadOnlyList<Verb> Verbs { get; } =
        [Verb.TreeHash, Verb.TreeSplit, Verb.RowDigests, Verb.RowDifference, Verb.RowFetch, Verb.RowScan];

    public void Handle(in Request request)
    {
        var head = new ByteReader(request.Body);
        if (request.Body.Length < sizeof(uint) || !_tables.Contains(new StorageId(head.ReadUInt32())))
        {
            request.Reply.Send(ReplyStatus.Stale, []);
            return;
        }

        if (!_engine.TrySchedule(new TreeWork(this, request.From, request.Verb, request.Body.ToArray(), request.Deadline, request.Reply)))
        {
            request.Reply.Send(ReplyStatus.Overloaded, []);
        }
    }

    private void Answer(NodeId from, Verb verb, byte[] body, long deadline, ReplyTo reply)
    {
        if (_time.GetTimestamp() > deadline)
        {
            reply.Send(ReplyStatus.Overloaded, []);
            return;
        }

        var status = ReplyStatus.Ok;
        var destination = new ArrayBufferWriter<byte>();
        try
        {
            Write(verb, body, destination);
        }
        catch (MalformedDataException exception)
        {
            _counters.RequestMalformed();
            ReplicaLog.Malformed(_logger, "request about a tree", from, exception.Message);
            status = ReplyStatus.Failed;
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass.
            if (exception is StorageCorruptException)
            {
                _counters.DataCorrupt();
            }

            ReplicaLog.TreeNotAnswered(_logger, verb, exception);
            status = ReplyStatus.Failed;
        }

        reply.Send(status, status == ReplyStatus.Ok ? destination.WrittenSpan : []);
    }

    private void Write(Verb verb, byte[] body, ArrayBufferWriter<byte> destination)
    {
        var reader = new ByteReader(body);
        var head = TreeRequestHead.Read(ref reader);
        switch (verb)
        {
            case Verb.TreeHash:
                var hashes = _answers.Hash(head, TreeRanges.Read(ref reader, head.Table));
                _counters.Read(hashes.RowsRead);
                destination.Write(hashes.Encode());
                break;
            case Verb.TreeSplit:
                destination.Write(RangeBounds.Encode(_answers.Cut(ReadRange(ref reader, head))));
                break;
            case Verb.RowDigests:
                var digests = _answers.Digests(head, ReadRange(ref reader, head));
                _counters.Read(digests.RowsRead);
                digests.Encode(destination);
                break;
            case Verb.RowDifference:
                var range = KeyRange.Read(ref reader, head.Table);
                destination.Write(_answers.Difference(head, range, RowDifference.ReadDigests(ref reader)));
                break;
            case Verb.RowFetch:
                Fetch(ref reader, head, destination);
                break;
            case Verb.RowScan:
                Scan(ReadRange(ref reader, head), destination);
                break;
            default:
                throw new BrokenInvariantException($"verb {verb} is not about trees");
        }
    }

    private static KeyRange ReadRange(ref ByteReader reader, in TreeRequestHead head)
    {
        var range = KeyRange.Read(ref reader, head.Table);
        reader.ExpectEnd("the request about a range");
        return range;
    }

    private void Fetch(ref ByteReader reader, in TreeRequestHead head, ArrayBufferWriter<byte> destination)
    {
        var keys = RowKeys.Read(ref reader, head.Table);
        var entries = new ArrayBufferWriter<byte>();
        var count = _answers.Fetch(keys, entries, out _);
        _counters.Read(count);
        destination.WriteVariable((uint)count);
        destination.Write(entries.WrittenSpan);
    }

    private void Scan(KeyRange range, ArrayBufferWriter<byte> destination)
    {
        var entries = new ArrayBufferWriter<byte>();
        var next = _answers.Scan(range, entries, out var rowsRead);
        _counters.Read(rowsRead);
        destination.WriteBlock(next ?? []);
        destination.WriteInt64(rowsRead);
        destination.Write(entries.WrittenSpan);
    }

    private sealed class TreeWork(TreeHandler owner, NodeId from, Verb verb, byte[] body, long deadline, ReplyTo reply) : IStorageWork
    {
        public void Run() => owner.Answer(from, verb, body, deadline, reply);
    }
}
