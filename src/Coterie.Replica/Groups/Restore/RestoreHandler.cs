using System.Buffers;
using System.Buffers.Binary;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Storage;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups.Restore;

/// <summary>Answers members that lack what the logs do not hold any more, or that have lost their disks: with pages of rows, and with this member's term.</summary>
public sealed class RestoreHandler(GroupMembers members, GroupTables tables, IStorageEngine engine, ReplicaCounters counters, ILogger<RestoreHandler> logger) : IRequestHandler
{
    private const int PageBytesMax = 512 * 1024;

    public static IReadOnlyList<Verb> Verbs { get; } = [Verb.GroupRows, Verb.GroupTerm];

    public void Handle(in Request request)
    {
        try
        {
            if (request.Verb == Verb.GroupTerm)
            {
                AnswerTerm(request);
                return;
            }

            // What is asked for now may be later than what is asked about, never earlier: so it is looked at first.
            var asked = RowsRequest.Read(request.Body);
            if (members.Find(asked.Group)?.Source.StampIfApplied(asked.Least) is not { } stamp)
            {
                request.Reply.Send(ReplyStatus.Stale, []);
            }
            else if (!engine.TrySchedule(new RowsWork(this, asked, stamp, request.Reply)))
            {
                request.Reply.Send(ReplyStatus.Overloaded, []);
            }
        }
        catch (MalformedDataException exception)
        {
            counters.RequestMalformed();
            GroupLog.Malformed(logger, request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
        }
    }

    private void AnswerTerm(in Request request)
    {
        var group = request.Body.Length == sizeof(ulong)
            ? new GroupId(BinaryPrimitives.ReadUInt64BigEndian(request.Body))
            : throw new MalformedDataException($"a group of {request.Body.Length} bytes");
        if (members.Find(group) is { } member)
        {
            request.Reply.Send(ReplyStatus.Ok, member.Source.TermFor(request.From).ToBytes());
        }
        else
        {
            // Not heard of the group yet.
            request.Reply.Send(ReplyStatus.Stale, []);
        }
    }

    private void AnswerRows(in RowsRequest asked, long stamp, ReplyTo reply)
    {
        var entries = new ArrayBufferWriter<byte>();
        byte[]? next;
        try
        {
            next = ReadPage(asked, entries);
        }
        catch (Exception exception)
        {
            // The edge of the I/O pool, which no exception may pass.
            counters.DataCorrupt();
            ReplicaLog.TreeNotAnswered(logger, Verb.GroupRows, exception);
            reply.Send(ReplyStatus.Failed, []);
            return;
        }

        // A member that began to fetch them itself while the page was read has removed rows.
        if (members.Find(asked.Group)?.Source.StampIfApplied(asked.Least) is null)
        {
            reply.Send(ReplyStatus.Stale, []);
            return;
        }

        var body = new ArrayBufferWriter<byte>(entries.WrittenCount + 64);
        body.WriteInt64(stamp);
        body.WriteBlock(next ?? []);
        body.WriteBlock(entries.WrittenSpan);
        reply.Send(ReplyStatus.Ok, body.WrittenSpan);
    }

    /// <summary>The key to go on at; null: that was all.</summary>
    private byte[]? ReadPage(in RowsRequest asked, ArrayBufferWriter<byte> entries)
    {
        foreach (var range in tables.RangesOf(asked.Group))
        {
            if (asked.From.AsSpan().SequenceCompareTo(range.Upper) >= 0)
            {
                continue;
            }

            var lower = asked.From.AsSpan().SequenceCompareTo(range.Lower) > 0 ? asked.From : range.Lower;
            using var cursor = engine.Scan(StorageArea.Data, lower, range.Upper, reverse: false);
            while (cursor.MoveNext())
            {
                if (entries.WrittenCount >= PageBytesMax)
                {
                    return cursor.Key.ToArray();
                }

                EntryList.Add(cursor.Key, cursor.Value, entries);
            }
        }

        return null;
    }

    private sealed class RowsWork(RestoreHandler owner, RowsRequest asked, long stamp, ReplyTo reply) : IStorageWork
    {
        public void Run() => owner.AnswerRows(asked, stamp, reply);
    }
}
