using System.Globalization;
using Coterie.Model.Time;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Checkers;

/// <summary>
/// Looks at the horizons of nodes now and then: each only rises, and what a node has had for a while it has after a crash too, unless its store is lost.
/// For nodes whose disks take what is written: one that is full may forget a horizon that it has heard of, which does no harm.
/// </summary>
public sealed class HorizonWatch(Simulation simulation, Probes probes)
{
    private static readonly FormationTime Start = new(SimulatedTimeProvider.Origin.ToUnixTimeMilliseconds());

    /// <summary>Longer than the slowest disk takes to write it.</summary>
    private static readonly TimeSpan DurableAfter = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(int Node, int Store, string Group), Seen> _seen = [];

    /// <summary>What has fallen, or null.</summary>
    public string? Wrong { get; private set; }

    public void Observe(SimulatedNode node)
    {
        if (node.Node is not { IsServing: true, Deletes: { } deletes } running)
        {
            return;
        }

        foreach (var table in running.Metadata.Keyspaces.Values.SelectMany(static keyspace => keyspace.Tables.Values))
        {
            foreach (var (group, state) in deletes.StatesOf(table.StorageId))
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{table.Name} {table.StorageId} among {string.Join(' ', group.Nodes)}");
                Observe((node.Number, node.StoresLost, name), node.Machine.Process, state.Deletes.Horizon);
            }
        }
    }

    private void Observe((int Node, int Store, string Group) of, SimulatedProcess? process, FormationTime horizon)
    {
        if (!_seen.TryGetValue(of, out var seen))
        {
            _seen[of] = new Seen(default, horizon, simulation.Now, process);
            return;
        }

        if (horizon.CompareTo(Start) > 0)
        {
            probes.Hit("horizon within the run");
        }

        // Of an earlier process only what it had had for long enough is known to be durable.
        var least = seen.Process == process ? seen.Latest : seen.Durable;
        if (horizon.CompareTo(least) < 0)
        {
            Wrong ??= $"the horizon of n{of.Node} for {of.Group} has fallen from {least.Milliseconds} to {horizon.Milliseconds} at {simulation.Now}";
        }

        if (seen.Process != process)
        {
            _seen[of] = new Seen(seen.Durable, horizon, simulation.Now, process);
        }
        else if (simulation.Now - seen.At >= DurableAfter)
        {
            _seen[of] = new Seen(seen.Latest, horizon, simulation.Now, process);
        }
    }

    /// <param name="Durable">The latest that must have reached the disk.</param>
    /// <param name="Latest">What it was at some moment since.</param>
    /// <param name="At">That moment.</param>
    /// <param name="Process">Whose it was.</param>
    private sealed record Seen(FormationTime Durable, FormationTime Latest, TimeSpan At, SimulatedProcess? Process);
}
