using Coterie.Model.Rows;
using Coterie.Server;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Kernel;
using Coterie.Storage;

namespace Coterie.Simulator.Cluster;

/// <summary>What a simulated cluster is like, and which mistakes are planted in it.</summary>
public sealed record SimulatedClusterOptions
{
    public int Nodes { get; init; } = 3;

    /// <summary>Nodes are dealt to so many data centres in turn.</summary>
    public int Datacenters { get; init; } = 1;

    /// <summary>How long a sync takes, at most.</summary>
    public TimeSpan SyncLatencyMax { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>Parts per million by which a node's clocks are off, at most.</summary>
    public double DriftPpmMax { get; init; } = 500;

    public string DatacenterOf(int number) => $"dc{((number - 1) % Datacenters) + 1}";

    /// <summary>How far a node's wall clock is off at the start, at most.</summary>
    public TimeSpan ClockOffsetMax { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The join of the engines. Another one is a planted mistake.</summary>
    public RowMergeFunction Merge { get; init; } = RowMerge.Merge;

    /// <summary>The queues of a node, each with what is in it and what may be.</summary>
    public Func<CoterieNode, IEnumerable<QueueLevel>> QueueLevels { get; init; } = NodeQueues.Levels;

    /// <summary>Whether horizons are watched, which never fall where no disk refuses what is written.</summary>
    public bool WatchesHorizons { get; init; }

    /// <summary>Wraps the engine of a node that starts, to plant a mistake of the storage's.</summary>
    public Func<IStorageEngine, IStorageEngine> Engine { get; init; } = static engine => engine;

    /// <summary>What changes the bytes of a new connection between nodes, to plant a mistake of the transport's; null: nothing.</summary>
    public Func<IStreamTampering>? Tampering { get; init; }

    /// <summary>A node that starts is told that its machine went down while writes were not synced. False is a planted mistake.</summary>
    public bool NoticesLoss { get; init; } = true;

    /// <summary>Changes the options of every node, to plant a mistake or to hurry things.</summary>
    public Func<NodeOptions, NodeOptions> Configure { get; init; } = static options => options;
}
