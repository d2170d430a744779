using System.Net;
using Coterie.Model.Ids;
using Coterie.Simulator.Checkers;
using Coterie.Simulator.Kernel;
using Coterie.Storage;

namespace Coterie.Simulator.Cluster;

/// <summary>A cluster of real nodes in one simulation.</summary>
public sealed class SimulatedCluster
{
    private static readonly TimeSpan WatchedEvery = TimeSpan.FromSeconds(1);

    private readonly SimulatedNode[] _nodes;
    private readonly QueueWatch _queues;
    private readonly HorizonWatch? _horizons;
    private readonly GroupWatch _groups = new();

    public SimulatedCluster(ulong seed, SimulatedClusterOptions options)
    {
        Simulation = new Simulation(seed);
        if (options.Tampering is { } tampering)
        {
            Simulation.Network.Tampering = server => server.Port == SimulatedNode.PeerPort ? tampering() : null;
        }

        _queues = new QueueWatch(options.QueueLevels);
        _horizons = options.WatchesHorizons ? new HorizonWatch(Simulation, Probes) : null;
        _nodes = [.. Enumerable.Range(1, options.Nodes).Select(number => new SimulatedNode(Simulation, options, Log, Probes, number))];
    }

    public Simulation Simulation { get; }

    public SimulatedLog Log { get; } = new();

    /// <summary>Which rare situations were met.</summary>
    public Probes Probes { get; } = new();

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public IReadOnlyList<IPEndPoint> CqlAddresses => Array.ConvertAll(_nodes, static node => node.Cql);

    /// <summary>Starts all, and waits until they have formed a cluster and serve clients.</summary>
    public void Start(TimeSpan limit)
    {
        Array.ForEach(_nodes, static node => node.Start());
        Watch();
        AwaitServing(limit);
    }

    /// <exception cref="SimulationViolationException">Not all of them serve clients in time.</exception>
    public void AwaitServing(TimeSpan limit)
    {
        if (!Simulation.RunUntil(() => Array.TrueForAll(_nodes, static node => node.IsServing), limit))
        {
            var missing = string.Join(", ", _nodes.Where(static node => !node.IsServing).Select(static node => node.Machine.Name));
            throw new SimulationViolationException($"{missing} did not serve clients within {limit} (seed {Simulation.Seed}).\n{Log.Tail(60)}");
        }
    }

    /// <summary>Waits until nothing is kept for anybody any more: no hint, and no batch under way. All must run.</summary>
    public bool AwaitHandedOff(TimeSpan limit) => Simulation.RunUntil(
        () => Array.TrueForAll(_nodes, static node => node.Node is { HintsStoring: 0, BatchesHeld: 0, HintsWaiting.Count: 0 }), limit);

    /// <summary>Waits until all nodes have the same metadata. All must run.</summary>
    public bool AwaitAgreement(TimeSpan limit) => Simulation.RunUntil(
        () => Array.TrueForAll(_nodes, node => Of(node) is { Epoch.Value: > 0 } mine && mine == Of(_nodes[0])), limit);

    /// <summary>The metadata of each node, in short.</summary>
    public string DescribeMetadata() => string.Join(", ", _nodes.Select(node => $"{node.Machine.Name} {Of(node)}"));

    private static (Epoch Epoch, Guid Schema) Of(SimulatedNode node) =>
        node.Node is { Metadata: var metadata } ? (metadata.Epoch, metadata.SchemaVersion) : default;

    /// <summary>A queue that once held more than it may, or null.</summary>
    public string? OverfullQueue => _queues.Wrong;

    /// <summary>A horizon that has fallen, or null.</summary>
    public string? FallenHorizon => _horizons?.Wrong;

    /// <summary>An invariant of Raft that once did not hold, or null.</summary>
    public string? BrokenGroup => _groups.Wrong;

    private void Watch()
    {
        Array.ForEach(_nodes, _queues.Observe);
        Array.ForEach(_nodes, node => _horizons?.Observe(node));
        Array.ForEach(_nodes, _groups.Observe);
        Simulation.Network.After(WatchedEvery, Watch);
    }

    /// <summary>Adds what the running nodes have counted, at the end of a run.</summary>
    public void CollectProbes()
    {
        Array.ForEach(_nodes, static node => node.CollectProbes());
        Probes.Hit("leader of a group", _groups.Leaders);
        Probes.Hit("network stalled a chunk", Simulation.Network.Stalls);
        Probes.Hit("network lost a chunk and its connection", Simulation.Network.Losses);
        Probes.Hit("network cut held bytes back", Simulation.Network.HeldBack);
    }

    /// <summary>Reads that met a difference between replicas, as counted by the nodes that run now.</summary>
    public long DigestMismatches => _nodes.Sum(static node => node.Node?.CoordinatorCounters.DigestMismatches ?? 0);

    /// <summary>Compares what the replicas hold, byte by byte. All nodes must run.</summary>
    /// <returns>The first entry that not exactly so many nodes hold, or hold alike; or null.</returns>
    public string? Divergence(int replication)
    {
        var holders = new SortedDictionary<string, List<(string Node, string Value)>>(StringComparer.Ordinal);
        foreach (var node in _nodes)
        {
            using var cursor = node.Engine!.Scan(StorageArea.Data, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], reverse: false);
            while (cursor.MoveNext())
            {
                var key = Convert.ToHexString(cursor.Key);
                if (!holders.TryGetValue(key, out var found))
                {
                    holders.Add(key, found = []);
                }

                found.Add((node.Machine.Name, Convert.ToHexString(cursor.Value)));
            }
        }

        foreach (var (key, found) in holders)
        {
            if (found.Count != replication || found.Any(one => one.Value != found[0].Value))
            {
                return $"replicas differ at {key}: {string.Join(", ", found.Select(static one => $"{one.Node} {one.Value}"))}";
            }
        }

        return null;
    }
}
