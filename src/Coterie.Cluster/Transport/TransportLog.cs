using System.Net;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Transport;

internal static partial class TransportLog
{
    [LoggerMessage(LogLevel.Information, "Connected to {Node} at {Address} for {Class}; its clock is {Skew} ahead.")]
    public static partial void Connected(ILogger logger, NodeId node, IPEndPoint address, ConnectionClass @class, TimeSpan skew);

    [LoggerMessage(LogLevel.Information, "Connection for {Class} to {Address} ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, ConnectionClass @class, IPEndPoint address, string reason);

    [LoggerMessage(LogLevel.Information, "Cannot connect for {Class} to {Address}, goes on trying: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, ConnectionClass @class, IPEndPoint address, string reason);

    [LoggerMessage(LogLevel.Warning, "Does not talk to {Address}: {Refusal}, said by {Side}. There: node {Node}, cluster {Cluster}, clock {Skew} ahead.")]
    public static partial void Refused(
        ILogger logger, EndPoint address, HandshakeRefusal refusal, string side, NodeId node, ClusterId cluster, TimeSpan skew);

    [LoggerMessage(LogLevel.Warning, "Connection from {Address} closed: {Reason}")]
    public static partial void IncomingMalformed(ILogger logger, EndPoint address, string reason);

    [LoggerMessage(LogLevel.Error, "A request of {Verb} failed in its handler.")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, Verb verb);

    [LoggerMessage(LogLevel.Error, "Who waited for an answer failed to take it.")]
    public static partial void SinkFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Critical, "An invariant is broken: this node must stop.")]
    public static partial void InvariantBroken(ILogger logger, Exception exception);
}
