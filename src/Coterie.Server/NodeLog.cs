using Microsoft.Extensions.Logging;

namespace Coterie.Server;

internal static partial class NodeLog
{
    [LoggerMessage(40, LogLevel.Critical, "The node stops: going on would be worse.")]
    public static partial void Fatal(this ILogger log, Exception error);

    [LoggerMessage(41, LogLevel.Warning, "The clock's ceiling could not be kept: {Reason}")]
    public static partial void CeilingNotKept(this ILogger log, string reason);

    [LoggerMessage(42, LogLevel.Information, "Node {Node} serves.")]
    public static partial void Serving(this ILogger log, Model.Ids.NodeId node);

    [LoggerMessage(43, LogLevel.Information, "Not every peer has answered yet; serving without its opinion.")]
    public static partial void FirstRoundIncomplete(this ILogger log);

    [LoggerMessage(44, LogLevel.Information, "The last stop was not a clean one: the clock for stamps is {Lead} ahead of the wall clock, and waits until others can follow it.")]
    public static partial void ClockAhead(this ILogger log, TimeSpan lead);

    [LoggerMessage(46, LogLevel.Warning, "The machine went down while writes were not synced: what this node acknowledged last may be lost. It answers no read of a range until it has exchanged with all other replicas of it; what had no other replica cannot be had back.")]
    public static partial void WritesLost(this ILogger log);

    [LoggerMessage(47, LogLevel.Warning, "The machine went down while writes were not synced: what this node acknowledged last may be lost, and there is no other node to have it back from.")]
    public static partial void WritesLostAlone(this ILogger log);

    [LoggerMessage(45, LogLevel.Warning, "The store is empty, but the cluster knows this node as {Node}: its data is lost. It takes up its identity, and answers no read of a range until it has exchanged with all other replicas of it.")]
    public static partial void StoreLost(this ILogger log, Model.Ids.NodeId node);
}
