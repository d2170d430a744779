using Coterie.Simulator.Cluster;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Faults;

/// <summary>Breaks a cluster, one draw at a time, and mends it in the end. Remembers what it did.</summary>
public sealed class FaultPlan
{
    private readonly SimulatedCluster _cluster;
    private readonly FaultOptions _options;
    private readonly SeededRandom _random;
    private readonly (int Weight, Action Do)[] _faults;

    public FaultPlan(SimulatedCluster cluster, FaultOptions options)
    {
        _cluster = cluster;
        _options = options;
        _random = cluster.Simulation.RandomStream("faults");
        _faults =
        [
            (options.Kill, () => Crash(Draw(), silent: false)),
            (options.Vanish, () => Crash(Draw(), silent: true)),
            (options.KillAll, KillAll),
            (options.Pause, () => Pause(Draw())),
            (options.Cut, () => Cut(Draw(), Draw(), oneWay: false)),
            (options.CutOneWay, () => Cut(Draw(), Draw(), oneWay: true)),
            (options.Reset, () => Reset(Draw(), Draw())),
            (options.ClockStep, () => StepClock(Draw())),
            (options.NoSpace, () => FillDisk(Draw())),
            (options.FailSync, () => FailSync(Draw())),
            (options.Repair, () => Repair(Draw())),
        ];
        cluster.Simulation.Network.StallChance = options.StallChance;
        cluster.Simulation.Network.ResetChance = options.LossChance;
        var cold = cluster.Simulation.RandomStream("cold");
        foreach (var node in cluster.Nodes)
        {
            node.Disk.IsCold = options.ColdChance > 0 ? () => cold.Chance(options.ColdChance) : null;
        }
    }

    /// <summary>What was done, with the time, in order.</summary>
    public List<string> Done { get; } = [];

    /// <summary>Breaks and mends, at random times, for so long.</summary>
    public void RunFor(TimeSpan span)
    {
        var end = _cluster.Simulation.NowTicks + span.Ticks;
        while (_cluster.Simulation.NowTicks < end)
        {
            _cluster.Simulation.RunFor(_random.Between(TimeSpan.FromMilliseconds(1), _options.PauseMax));
            Step();
        }
    }

    /// <summary>Mends everything: nothing is cut, no disk is full, every node runs.</summary>
    public void HealAll()
    {
        var network = _cluster.Simulation.Network;
        network.HealAll();
        network.StallChance = network.ResetChance = 0;
        foreach (var node in _cluster.Nodes)
        {
            Mend(node);
        }

        Note("healed all");
    }

    private void Step()
    {
        var draw = _random.Next(Math.Max(1, _faults.Sum(static fault => fault.Weight)));
        foreach (var (weight, fault) in _faults)
        {
            if (draw < weight)
            {
                fault();
                return;
            }

            draw -= weight;
        }
    }

    private SimulatedNode Draw() => _cluster.Nodes[_random.Next(_cluster.Nodes.Count)];

    private void Crash(SimulatedNode node, bool silent)
    {
        if (node.Machine.Process is not null)
        {
            node.Crash(silent);
            Note($"{(silent ? "vanished" : "killed")} {node.Machine.Name}");
        }
    }

    private void KillAll()
    {
        foreach (var node in _cluster.Nodes)
        {
            Crash(node, silent: false);
        }
    }

    private void Pause(SimulatedNode node)
    {
        if (node.Machine.Process is { IsPaused: false } process)
        {
            process.Pause();
            Note($"paused {node.Machine.Name}");
        }
    }

    private void Cut(SimulatedNode one, SimulatedNode other, bool oneWay)
    {
        if (ReferenceEquals(one, other))
        {
            return;
        }

        _cluster.Simulation.Network.Cut(one.Machine.Address, other.Machine.Address);
        if (!oneWay)
        {
            _cluster.Simulation.Network.Cut(other.Machine.Address, one.Machine.Address);
        }

        Note($"cut {one.Machine.Name} {(oneWay ? "to" : "and")} {other.Machine.Name}");
    }

    private void Reset(SimulatedNode one, SimulatedNode other)
    {
        _cluster.Simulation.Network.ResetConnections(one.Machine.Address, other.Machine.Address);
        Note($"reset connections of {one.Machine.Name} and {other.Machine.Name}");
    }

    private void StepClock(SimulatedNode node)
    {
        var step = _random.Between(-_options.ClockStepMax, _options.ClockStepMax);
        node.Machine.Clock.Offset += step;
        Note($"stepped the clock of {node.Machine.Name} by {step}");
    }

    private void FillDisk(SimulatedNode node)
    {
        node.Disk.NoSpace = true;
        Note($"filled the disk of {node.Machine.Name}");
    }

    private void FailSync(SimulatedNode node)
    {
        node.Disk.FailNextSync = true;
        Note($"fails the next sync of {node.Machine.Name}");
    }

    private void Repair(SimulatedNode node)
    {
        Note($"mended {node.Machine.Name}");
        foreach (var other in _cluster.Nodes)
        {
            _cluster.Simulation.Network.Heal(node.Machine.Address, other.Machine.Address);
            _cluster.Simulation.Network.Heal(other.Machine.Address, node.Machine.Address);
        }

        Mend(node);
    }

    private static void Mend(SimulatedNode node)
    {
        node.Disk.NoSpace = false;
        node.Disk.FailNextSync = false;
        if (node.Machine.Process is { } process)
        {
            process.Resume();
            if (node.HasStopped)
            {
                // It stopped itself: whoever runs it starts it again.
                node.Crash(silent: false);
            }
        }

        if (node.Machine.Process is null)
        {
            node.Start();
        }
    }

    private void Note(string what)
    {
        Done.Add($"{_cluster.Simulation.Now} {what}");
        _cluster.Probes.Hit($"fault: {what[..what.IndexOf(' ', StringComparison.Ordinal)]}");
    }
}
