using Coterie.Simulator.Cluster;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Runs;

/// <summary>What came of one seed.</summary>
public sealed class RunReport(Simulation simulation, Probes probes)
{
    public Simulation Simulation { get; } = simulation;

    public Probes Probes { get; } = probes;

    /// <summary>What is wrong, or null.</summary>
    public string? Wrong { get; set; }

    /// <summary>Faults that were done, and their repairs.</summary>
    public int Faults { get; set; }

    /// <summary>Requests of clients.</summary>
    public int Succeeded { get; set; }

    public int Failed { get; set; }
}
