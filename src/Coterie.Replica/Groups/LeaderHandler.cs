using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Groups;
using Coterie.Model.Ids;
using Coterie.Model.Mutations;
using Coterie.Model.Wire;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>
/// Takes what coordinators send to the leader of a group: writes, and the question whether a read may begin. A member that does not lead says who does.
/// Nothing gets into a log that has not been validated whole.
/// </summary>
public sealed class LeaderHandler(GroupMembers members, LiveTables tables, TimeProvider time, ReplicaCounters counters, ILogger<LeaderHandler> logger) : IRequestHandler
{
    public static IReadOnlyList<Verb> Verbs { get; } = [Verb.LeaderWrite, Verb.LeaderBarrier];

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
            if (request.Verb == Verb.LeaderWrite)
            {
                Write(request, member, reader.ReadBytes(reader.Remaining));
                return;
            }

            reader.ExpectEnd("the question for the leader");
            if (member is null)
            {
                Answer(request, LeaderVerdict.NotLeader);
            }
            else
            {
                member.Barrier(request.Deadline, request.Reply);
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
        if (!tables.Contains(new MutationReader(mutation).Table))
        {
            counters.RequestStale();
            Answer(request, LeaderVerdict.Stale);
        }
        else if (member is null)
        {
            Answer(request, LeaderVerdict.NotLeader);
        }
        else
        {
            member.Write(mutation, request.Deadline, request.Reply);
        }
    }

    private static void Answer(in Request request, LeaderVerdict verdict) => request.Reply.Send(ReplyStatus.Ok, new LeaderReply(verdict).ToBytes());
}
