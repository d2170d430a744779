using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator;

internal static partial class CoordinatorLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Rows of table {Table} from a replica cannot be decoded: {Reason}")]
    public static partial void MalformedRows(ILogger logger, StorageId table, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "Gave up a read of table {Table}: it met no live row in {Steps} steps, only tombstones")]
    public static partial void Fruitless(ILogger logger, StorageId table, int steps);
}
