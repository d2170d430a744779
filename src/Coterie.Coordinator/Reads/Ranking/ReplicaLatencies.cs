using System.Collections.Concurrent;
using Coterie.Cluster.Ring;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Reads.Ranking;

/// <summary>
/// Which replica to ask first: this node itself as long as it is not much slower than the rest, since it costs no network; then by how fast
/// they answered. Ties keep the order of placement.
/// </summary>
internal sealed class ReplicaLatencies(NodeId local, TimeProvider time)
{
    /// <summary>How many times slower than another this node's own replica may be and still come first.</summary>
    private const double LocalAdvantage = 8;

    private readonly ConcurrentDictionary<NodeId, PeerLatency> _peers = new();

    public PeerLatency Of(NodeId node) =>
        _peers.TryGetValue(node, out var peer) ? peer : _peers.GetOrAdd(node, static _ => new PeerLatency());

    /// <summary>Writes the slots of those alive into <paramref name="ranked"/>, best first, and returns how many they are.</summary>
    public int Rank(ReplicaSet replicas, ReadOnlySpan<bool> alive, Span<int> ranked)
    {
        Span<double> scores = stackalloc double[alive.Length];
        var now = time.GetTimestamp();
        var count = 0;
        for (var slot = 0; slot < alive.Length; slot++)
        {
            if (alive[slot])
            {
                scores[slot] = Score(replicas.Nodes[slot], now);
                Insert(slot, scores, ranked, count++);
            }
        }

        return count;
    }

    private static void Insert(int slot, ReadOnlySpan<double> scores, Span<int> ranked, int count)
    {
        var place = count;
        while (place > 0 && scores[ranked[place - 1]] > scores[slot])
        {
            ranked[place] = ranked[place - 1];
            place--;
        }

        ranked[place] = slot;
    }

    private double Score(NodeId node, long now)
    {
        var score = Of(node).Score(time, now);

        // Below any other as long as nothing is known of it: its first read goes to itself.
        return node == local ? (score / LocalAdvantage) - 1 : score;
    }
}
