using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

internal static partial class GroupLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Member of group {Group} with {Nodes} nodes, which agree by Raft")]
    public static partial void Joined(ILogger logger, GroupId group, int nodes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of Raft from {From} was dropped: {Reason}")]
    public static partial void Malformed(ILogger logger, NodeId from, string reason);
}
