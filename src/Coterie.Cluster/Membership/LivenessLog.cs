using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Membership;

internal static partial class LivenessLog
{
    [LoggerMessage(LogLevel.Information, "{Node} is alive.")]
    public static partial void Alive(ILogger logger, NodeId node);

    [LoggerMessage(LogLevel.Warning, "{Node} is held to be dead: {Reason}.")]
    public static partial void Dead(ILogger logger, NodeId node, string reason);

    [LoggerMessage(LogLevel.Warning, "This node was away for {Pause}; its peers are not blamed for it.")]
    public static partial void OwnPause(ILogger logger, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "Who listens for changes of liveness failed.")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);
}
