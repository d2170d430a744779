using Coterie.Server;
using Coterie.Simulator.Cluster;

namespace Coterie.Simulator.Checkers;

/// <summary>How much is in one queue, and how much may be.</summary>
public readonly record struct QueueLevel(string Queue, long Level, long Limit);

/// <summary>Looks at the queues of nodes now and then, and remembers the first that held more than it may.</summary>
public sealed class QueueWatch(Func<CoterieNode, IEnumerable<QueueLevel>> levels)
{
    /// <summary>What was too full, or null.</summary>
    public string? Wrong { get; private set; }

    public void Observe(SimulatedNode node)
    {
        if (node.Node is { IsServing: true } running)
        {
            Observe(node.Machine.Name, levels(running));
        }
    }

    public void Observe(string node, IEnumerable<QueueLevel> queues)
    {
        foreach (var queue in queues)
        {
            if (queue.Level > queue.Limit)
            {
                Wrong ??= $"{node} has {queue.Level} {queue.Queue}, and may have {queue.Limit}";
            }
        }
    }
}
