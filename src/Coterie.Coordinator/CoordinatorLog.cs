using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator;

internal static partial class CoordinatorLog
{
    [LoggerMessage(3000, LogLevel.Warning, "Rows of table {Table} from a replica cannot be decoded: {Reason}")]
    public static partial void MalformedRows(ILogger logger, StorageId table, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "Gave up a read of table {Table}: it met no live row in {Steps} steps, only tombstones")]
    public static partial void Fruitless(ILogger logger, StorageId table, int steps);

    [LoggerMessage(3010, LogLevel.Error, "The replay of hints to {Node} failed; it is tried again")]
    public static partial void ReplayFailed(ILogger logger, NodeId node, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "The hint at {Sequence} is damaged and is left out: {Reason}")]
    public static partial void HintDamaged(ILogger logger, ulong sequence, string reason);

    [LoggerMessage(3012, LogLevel.Warning, "A logged batch that was kept is damaged and is given up: {Reason}")]
    public static partial void BatchDamaged(ILogger logger, string reason);

    [LoggerMessage(3015, LogLevel.Warning,
        "Logged batch {Batch} was left unfinished for so long that {TooLate} of its {Mutations} partitions are taken by no replica any more; what of them was not written before is lost")]
    public static partial void BatchTooLate(ILogger logger, Guid batch, int tooLate, int mutations);

    [LoggerMessage(3016, LogLevel.Warning, "Logged batch {Batch} of {Mutations} partitions is given up: all replicas refuse some of it, and it is old")]
    public static partial void BatchGivenUp(ILogger logger, Guid batch, int mutations);

    [LoggerMessage(3014, LogLevel.Error, "Looking for logged batches that were left unfinished failed; it is tried again")]
    public static partial void BatchesFailed(ILogger logger, Exception exception);

    [LoggerMessage(3013, LogLevel.Information, "Finished logged batch {Batch} of {Mutations} partitions, which was left unfinished")]
    public static partial void BatchReplayed(ILogger logger, Guid batch, int mutations);
}
