using System.IO.Hashing;
using Coterie.Simulator.Cluster;
using Coterie.Simulator.Kernel;
using Coterie.Storage;

namespace Coterie.Simulator.Faults;

/// <summary>Breaks a cluster, one draw at a time, and mends it in the end. Remembers what it did.</summary>
public sealed class FaultPlan
{
    private readonly SimulatedCluster _cluster;
    private readonly FaultOptions _options;
    private readonly SeededRandom _random;
    private readonly (int Weight, Action Do)[] _faults;
    private readonly Dictionary<int, long> _awayUntil = [];
    private long _vanishAgain;

    public FaultPlan(SimulatedCluster cluster, FaultOptions options)
    {
        _cluster = cluster;
        _options = options;
        _random = cluster.Simulation.RandomStream("faults");
        _faults =
        [
            (options.Kill, () => Crash(Draw(), silent: false)),
            (options.Vanish, () => Vanish(Draw())),
            (options.KillAll, KillAll),
            (options.Pause, () => Pause(Draw())),
            (options.Cut, () => Cut(Draw(), Draw(), oneWay: false)),
            (options.CutOneWay, () => Cut(Draw(), Draw(), oneWay: true)),
            (options.Reset, () => Reset(Draw(), Draw())),
            (options.ClockStep, () => StepClock(Draw())),
            (options.NoSpace, () => FillDisk(Draw())),
            (options.FailSync, () => FailSync(Draw())),
            (options.SlowDisk, () => SlowDisk(Draw())),
            (options.Damage, () => Damage(Draw())),
            (options.SlowLink, () => SlowLink(Draw(), Draw())),
            (options.HalfOpen, () => HalfOpen(Draw(), Draw())),
            (options.FreezeClock, () => FreezeClock(Draw())),
            (options.Away, () => SendAway(Draw())),
            (options.LoseStore, () => LoseStore(Draw())),
            (options.CutDatacenter, () => CutDatacenter(Draw())),
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
        _awayUntil.Clear();
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

    private void Vanish(SimulatedNode node)
    {
        if (_cluster.Simulation.NowTicks >= _vanishAgain)
        {
            _vanishAgain = _cluster.Simulation.NowTicks + _options.VanishApart.Ticks;
            Crash(node, silent: true);
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

    private void SlowDisk(SimulatedNode node)
    {
        node.SyncLatencyMax = _options.SlowSyncMax;
        Note($"slowed the disk of {node.Machine.Name}");
    }

    private void Damage(SimulatedNode node)
    {
        const int parts = 8;
        var part = (uint)_random.Next(parts);
        node.Disk.IsDamaged = (area, key) => area == StorageArea.Data && XxHash32.HashToUInt32(key) % parts == part;
        Note($"damaged an eighth of the data of {node.Machine.Name}");
    }

    private void SlowLink(SimulatedNode from, SimulatedNode to)
    {
        _cluster.Simulation.Network.Slow(from.Machine.Address, to.Machine.Address, _options.SlowLinkMax);
        Note($"delays what {from.Machine.Name} sends to {to.Machine.Name}");
    }

    private void HalfOpen(SimulatedNode forgetful, SimulatedNode other)
    {
        _cluster.Simulation.Network.HalfOpen(forgetful.Machine.Address, other.Machine.Address);
        Note($"half-opened the connections of {forgetful.Machine.Name} with {other.Machine.Name}");
    }

    private void FreezeClock(SimulatedNode node)
    {
        node.Machine.Clock.Freeze(_cluster.Simulation.NowTicks);
        Note($"froze the clock of {node.Machine.Name}");
    }

    private void SendAway(SimulatedNode node)
    {
        if (_awayUntil.TryGetValue(node.Number, out var until) && until > _cluster.Simulation.NowTicks)
        {
            return;
        }

        var span = _random.Between(_options.AwayMin, _options.AwayMax);
        _awayUntil[node.Number] = _cluster.Simulation.NowTicks + span.Ticks;
        if (node.Machine.Process is not null)
        {
            node.Crash(silent: _random.Chance(0.5));
        }

        Note($"took {node.Machine.Name} away for {span}");
    }

    private void LoseStore(SimulatedNode node)
    {
        // What a quorum has acknowledged may be on two disks alone: none is lost while another has not had everything back.
        if (_cluster.Nodes.All(static one => one.IsWhole))
        {
            node.LoseStore();
            Note($"emptied the disk of {node.Machine.Name}");
        }
    }

    private void CutDatacenter(SimulatedNode one)
    {
        foreach (var inside in _cluster.Nodes.Where(node => node.Datacenter == one.Datacenter))
        {
            foreach (var outside in _cluster.Nodes.Where(node => node.Datacenter != one.Datacenter))
            {
                _cluster.Simulation.Network.CutBothWays(inside.Machine.Address, outside.Machine.Address);
            }
        }

        Note($"isolated {one.Datacenter}");
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

    private void Mend(SimulatedNode node)
    {
        node.SyncLatencyMax = null;
        node.Disk.IsDamaged = null;
        node.Machine.Clock.Thaw();
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

        if (node.Machine.Process is null && _awayUntil.GetValueOrDefault(node.Number) <= _cluster.Simulation.NowTicks)
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
