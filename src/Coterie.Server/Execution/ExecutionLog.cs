using Microsoft.Extensions.Logging;

namespace Coterie.Server.Execution;

internal static partial class ExecutionLog
{
    [LoggerMessage(20, LogLevel.Error, "A request failed for a reason that is not the client's.")]
    public static partial void RequestFailed(this ILogger log, Exception error);
}
