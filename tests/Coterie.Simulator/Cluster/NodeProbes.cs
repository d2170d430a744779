using Coterie.Coordinator;
using Coterie.Coordinator.Hints;
using Coterie.Server;

namespace Coterie.Simulator.Cluster;

/// <summary>What a node has counted by itself, for production's metrics too, under the names of the simulation's probes.</summary>
internal static class NodeProbes
{
    public static void Collect(CoterieNode node, Probes probes)
    {
        var coordinator = node.CoordinatorCounters;
        foreach (var result in Enum.GetValues<RequestResult>())
        {
            probes.Hit($"write ended: {result}", coordinator.Writes(result));
            probes.Hit($"read ended: {result}", coordinator.Reads(result));
        }

        probes.Hit("mutation missed", coordinator.MutationsMissed);
        probes.Hit("digest mismatch", coordinator.DigestMismatches);
        probes.Hit("repair sent", coordinator.RepairsSent);
        probes.Hit("repair failed", coordinator.RepairsFailed);
        probes.Hit("speculative read", coordinator.SpeculativeReads);
        probes.Hit("short read continued", coordinator.ShortReads);

        var replica = node.ReplicaCounters;
        probes.Hit("mutation not durable", replica.MutationsFailed);
        probes.Hit("read from the cold", replica.ReadsScheduled);
        probes.Hit("request too old at its handler", replica.Expired);
        probes.Hit("request for a dropped table", replica.Stale);

        var trees = node.TreeCounters;
        probes.Hit("entry swept", trees.EntriesSwept);
        probes.Hit("repair refused by a horizon", replica.RepairsRefused + trees.RepairsRefused);
        probes.Hit("mutation too old", replica.MutationsTooOld);
        probes.Hit("read refused by an incomplete replica", replica.ReadsIncomplete);

        var hints = node.HintCounters;
        probes.Hit("hint stored", hints.Stored);
        probes.Hit("hint replayed", hints.Replayed);
        probes.Hit("hint replay unanswered", hints.Unanswered);
        probes.Hit("batch stored", hints.BatchesStored);
        probes.Hit("batch refused", hints.BatchesRefused);
        probes.Hit("batch replayed", hints.BatchesReplayed);
        foreach (var reason in Enum.GetValues<HintDrop>())
        {
            probes.Hit($"hint dropped: {reason}", hints.Dropped(reason));
        }

        if (node.Messenger?.Counters is { } transport)
        {
            probes.Hit("request to a peer timed out", transport.Timeouts);
            probes.Hit("peer unreachable", transport.Unreachable);
            probes.Hit("reply too late", transport.LateReplies);
            probes.Hit("request too old on arrival", transport.Expired);
            probes.Hit("request held for an epoch", transport.HeldRequests);
            probes.Hit("peer connection lost", transport.ConnectionsLost);
            probes.Hit("peer connection failed", transport.ConnectFailures);
        }
    }
}
