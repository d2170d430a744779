using Coterie.Cluster.Ring;
using Coterie.Model.Reads;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Reads;

/// <summary>Reads one partition on from where replicas stopped, until there is enough or nothing more: short-read protection.</summary>
internal sealed class PartitionScan(RangeReader reader, CoordinatorCounters counters, ILogger logger, ReadCommand command, ReadContext context)
{
    public async Task<ReadOutcome> GoOnAsync(ReplicaSet replicas, RangeResult result)
    {
        var progress = new ScanProgress(command, counters, logger);
        while (true)
        {
            var stop = result.StoppedAfter;
            progress.Add(result, goesOn: stop is not null);
            if (stop is null || progress.IsFull)
            {
                var partitions = progress.Finish();
                return new ReadOutcome(result.Outcome, partitions, stop is null && !progress.WasCut, context.Vote?.Cast(result.Outcome.Required));
            }

            if (progress.IsHopeless)
            {
                return Not(result.Outcome with { Result = RequestResult.Failure, Failed = 1 });
            }

            result = await reader.ReadAsync(command.With(stop, progress.NextLimit), replicas, context);
            if (!result.Outcome.IsSuccess)
            {
                return Not(result.Outcome);
            }
        }
    }

    private ReadOutcome Not(RequestOutcome outcome) => new(outcome, [], Exhausted: false, context.Vote?.Cast(outcome.Required));
}
