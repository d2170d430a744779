using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Wire;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>Takes frames of messages between members of groups apart, and hands each to its group.</summary>
public sealed class RaftHandler(GroupMembers members, ReplicaCounters counters, ILogger<RaftHandler> logger) : IRequestHandler
{
    public void Handle(in Request request)
    {
        var reader = new ByteReader(request.Body);
        try
        {
            while (reader.Remaining > 0)
            {
                var group = new GroupId(reader.ReadUInt64());
                var message = reader.ReadBlock(Limits.PeerFrameBytesMax, "a message of Raft");

                // Who is behind in metadata does not know the group yet; the message will come again.
                members.Find(group)?.Receive(request.From, message);
            }

            request.Reply.Send(ReplyStatus.Ok, []);
        }
        catch (MalformedDataException exception)
        {
            counters.RequestMalformed();
            GroupLog.Malformed(logger, request.From, exception.Message);
            request.Reply.Send(ReplyStatus.Failed, []);
        }
    }
}
