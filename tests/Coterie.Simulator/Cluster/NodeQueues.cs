using Coterie.Cluster.Transport;
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
