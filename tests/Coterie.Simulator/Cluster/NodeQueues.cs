using Coterie.Cluster.Transport;
using Coterie.Coordinator.Hints;
using Coterie.Model;
using Coterie.Server;
using Coterie.Simulator.Checkers;

namespace Coterie.Simulator.Cluster;

/// <summary>Every queue of a node that tells how much is in it, with the limit that it promises.</summary>
internal static class NodeQueues
{
    private static readonly TransportOptions Transport = new();

    public static IEnumerable<QueueLevel> Levels(CoterieNode node)
    {
        var writer = node.WriterCounts;
        yield return new QueueLevel("writes that wait for the disk", writer.QueuedWrites, Limits.WriterQueuedWritesMax);
        yield return new QueueLevel("bytes that wait for the disk", writer.QueuedBytes, Limits.WriterQueuedBytesMax);
        yield return new QueueLevel("prepared statements", node.PreparedStatements, Limits.PreparedStatementsMax);
        yield return new QueueLevel("connections of clients", node.ServerCounters.ConnectionsOpen, Limits.CqlConnectionsMax);
        yield return new QueueLevel("hints on their way to the disk", node.HintsStoring, Limits.HintsStoringMax);
        yield return new QueueLevel("batches under way", node.BatchesHeld, Limits.BatchesHeldMax);
        foreach (var hints in node.HintsWaiting)
        {
            yield return new QueueLevel("bytes of hints for one node", hints.Bytes, HintOptions.Default.BytesPerTargetMax);
        }

        yield return new QueueLevel("bytes of hints", node.HintsWaiting.Sum(static hints => hints.Bytes), HintOptions.Default.BytesMax);
        if (node.Messenger is { } messenger)
        {
            foreach (var peer in messenger.Peers())
            {
                yield return new QueueLevel("requests in flight to one peer", peer.InFlight, Transport.InFlightMax);
                yield return new QueueLevel("bytes that wait for one peer", peer.QueuedBytes, Transport.QueuedBytesMax);
            }
        }
    }
}
