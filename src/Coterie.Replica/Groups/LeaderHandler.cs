using System.Diagnostics.CodeAnalysis;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Wire;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>
/// Takes what coordinators send to the leader of a group: writes, those with a comparison before them, and the question whether a read may begin. A member that does not lead says who does.
/// Nothing gets into a log that has not been validated whole.
/// </summary>
public sealed class LeaderHandler(GroupMembers members, LiveTables tables, TimeProvider time, ReplicaCounters counters, ILogger<LeaderHandler> logger) : IRequestHandler
{
    public static IReadOnlyList<Verb> Verbs { get; } = [Verb.LeaderWrite, Verb.LeaderBarrier, Verb.LeaderCompareAndSet, Verb.GroupProgress];

    public void Handle(in Request request)
    {
        try
        {
            if (time.GetTimestamp() > request.Deadline)
            {
                counters.RequestExpired();
                Answer(request, LeaderVerdict.Busy);
                return;
            }

            var reader = new ByteReader(request.Body);
            var member = members.Find(new GroupId(reader.ReadUInt64()));
            switch (request.Verb)
            {
                case Verb.LeaderWrite:
                    Write(request, member, reader.ReadBytes(reader.Remaining));
                    break;
                case Verb.LeaderCompareAndSet:
                    CompareAndSet(request, member, new CompareAndSet.Parts(reader.ReadBytes(reader.Remaining)));
                    break;
                case Verb.GroupProgress:
                    reader.ExpectEnd("the question for progress");
                    request.Reply.Send(member is null ? ReplyStatus.Stale : ReplyStatus.Ok, member?.Progress.ToBytes());
                    break;
                default:
                    reader.ExpectEnd("the question for the leader");
                    if (member is null)
                    {
                        Answer(request, LeaderVerdict.NotLeader);
                    }
                    else
                    {
                        member.Barrier(request.Deadline, request.Reply);
                    }

                    break;
            }
        }
        catch (MalformedDataException exception)
        {
            counters.RequestMalformed();
            ReplicaLog.Malformed(logger, "request for the leader", request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
        }
    }

    private void Write(in Request request, GroupMember? member, ReadOnlySpan<byte> mutation)
    {
        MutationReader.Validate(mutation);
        if (IsHere(request, member, new MutationReader(mutation).Table))
        {
            member.Write(mutation, request.Deadline, request.Reply);
        }
    }

    private void CompareAndSet(in Request request, GroupMember? member, CompareAndSet.Parts parts)
    {
        var read = new ReadCommandReader(parts.Read);
        if (!read.IsSingle)
        {
            throw new MalformedDataException("a compare-and-set of more than one partition");
        }

        MutationReader.Validate(parts.Mutation);
        var mutation = new MutationReader(parts.Mutation);
        if (mutation.Table != read.Table || !mutation.PartitionKey.SequenceEqual(read.PartitionKey))
        {
            throw new MalformedDataException("a compare-and-set that writes another partition than it compares");
        }

        if (IsHere(request, member, read.Table))
        {
            member.CompareAndSet(parts, request.Deadline, request.Reply);
        }
    }

    /// <summary>False: the request has been answered.</summary>
    private bool IsHere(in Request request, [NotNullWhen(true)] GroupMember? member, StorageId table)
    {
        if (!tables.Contains(table))
        {
            // A table that has only not been heard of here yet is asked for again.
            counters.RequestStale();
            Answer(request, tables.IsToCome(table) ? LeaderVerdict.Busy : LeaderVerdict.Stale);
            return false;
        }

        if (member is null)
        {
            Answer(request, LeaderVerdict.NotLeader);
            return false;
        }

        return true;
    }

    private static void Answer(in Request request, LeaderVerdict verdict) => request.Reply.Send(ReplyStatus.Ok, new LeaderReply(verdict).ToBytes());
}
