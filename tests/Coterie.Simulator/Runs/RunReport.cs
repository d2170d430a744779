using Coterie.Simulator.Cluster;

namespace Coterie.Simulation.Runs;

/// <summary>What came of one seed.</summary>
internal sealed class RunReport(Simulator.Kernel.Simulation simulation, Probes probes)
{
    public Simulator.Kernel.Simulation Simulation { get; } = simulation;

    public Probes Probes { get; } = probes;

    /// <summary>What is wrong, or null.</summary>
    public string? Wrong { get; set; }

    /// <summary>Requests of clients.</summary>
    public int Succeeded { get; set; }

    public int Failed { get; set; }
}
