using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

internal static partial class GroupLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Member of group {Group} with {Nodes} nodes, which agree by Raft")]
    public static partial void Joined(ILogger logger, GroupId group, int nodes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of Raft from {From} was dropped: {Reason}")]
    public static partial void Malformed(ILogger logger, NodeId from, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group {Group}: what this member lacks is in no log any more; its rows are fetched from {Source}, and reads of them are refused until they are here")]
    public static partial void Fetching(ILogger logger, GroupId group, NodeId source);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group {Group}: all rows are here")]
    public static partial void Fetched(ILogger logger, GroupId group);

    [LoggerMessage(Level = LogLevel.Information, Message = "Group {Group}: this member had lost its store; it has everything back, and counts again")]
    public static partial void Counts(ILogger logger, GroupId group);
}
