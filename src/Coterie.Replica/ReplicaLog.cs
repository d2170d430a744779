using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica;

internal static partial class ReplicaLog
{
    [LoggerMessage(2000, LogLevel.Warning, "Refused a {What} from {Node}: {Reason}")]
    public static partial void Malformed(ILogger logger, string what, NodeId node, string reason);

    [LoggerMessage(2001, LogLevel.Error, "Damaged data met by a read of table {Table}")]
    public static partial void Corrupt(ILogger logger, StorageId table, Exception exception);

    [LoggerMessage(2002, LogLevel.Warning, "Refused a read of table {Table}: {Reason}")]
    public static partial void Tombstones(ILogger logger, StorageId table, string reason);

    [LoggerMessage(2010, LogLevel.Error, "A leaf could not be read")]
    public static partial void LeafNotRead(ILogger logger, Exception exception);

    [LoggerMessage(2014, LogLevel.Warning, "The leaf at {Start} was not what its hash said, {Expected} entries, though nobody has written to it; it has {Found}, and is compared anew")]
    public static partial void LeafWrong(ILogger logger, string start, long expected, long found);

    [LoggerMessage(2011, LogLevel.Information, "Removed the rows of table {Table}, which was dropped or truncated")]
    public static partial void TableRemoved(ILogger logger, StorageId table);

    [LoggerMessage(2012, LogLevel.Error, "A request {Verb} could not be answered")]
    public static partial void TreeNotAnswered(ILogger logger, Cluster.Transport.Verb verb, Exception exception);

    [LoggerMessage(2013, LogLevel.Error, "A sweep of table {Table} ended early")]
    public static partial void SweepFailed(ILogger logger, StorageId table, Exception exception);

    [LoggerMessage(2003, LogLevel.Error, "A read of table {Table} failed")]
    public static partial void ReadFailed(ILogger logger, StorageId table, Exception exception);

    [LoggerMessage(2010, LogLevel.Error, "Hints, or batches under way, cannot be read")]
    public static partial void HintsUnreadable(ILogger logger, Exception exception);
}
