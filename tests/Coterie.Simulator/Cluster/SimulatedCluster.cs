using System.Net;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Cluster;

/// <summary>A cluster of real nodes in one simulation.</summary>
public sealed class SimulatedCluster
{
    private readonly SimulatedNode[] _nodes;

    public SimulatedCluster(ulong seed, SimulatedClusterOptions options)
    {
        Simulation = new Simulation(seed);
        _nodes = [.. Enumerable.Range(1, options.Nodes).Select(number => new SimulatedNode(Simulation, options, Log, number))];
    }

    public Simulation Simulation { get; }

    public SimulatedLog Log { get; } = new();

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public IReadOnlyList<IPEndPoint> CqlAddresses => Array.ConvertAll(_nodes, static node => node.Cql);

    /// <summary>Starts all, and waits until they have formed a cluster and serve clients.</summary>
    public void Start(TimeSpan limit)
    {
        Array.ForEach(_nodes, static node => node.Start());
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
}
