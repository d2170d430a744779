using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Repair;

internal static partial class RepairLog
{
    [LoggerMessage(3000, LogLevel.Information, "Repaired {Keyspace}.{Table} with {Peer}: {Rows} rows differed, {Sent} were sent")]
    public static partial void Repaired(this ILogger logger, string keyspace, string table, NodeId peer, long rows, long sent);

    [LoggerMessage(3001, LogLevel.Debug, "Comparing {Keyspace}.{Table} with {Peer} ended early: {Reason}")]
    public static partial void ExchangeFailed(this ILogger logger, string keyspace, string table, NodeId peer, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "Comparing {Keyspace}.{Table} with {Peer} met an answer that cannot be: {Reason}")]
    public static partial void Nonsense(this ILogger logger, string keyspace, string table, NodeId peer, string reason);

    [LoggerMessage(3003, LogLevel.Error, "Comparing by itself has stopped")]
    public static partial void Stopped(this ILogger logger, Exception exception);

    [LoggerMessage(3004, LogLevel.Error, "Comparing {Keyspace}.{Table} with {Peer} met what must not be; it is tried again")]
    public static partial void ExchangeBroken(this ILogger logger, string keyspace, string table, NodeId peer, Exception exception);
}
