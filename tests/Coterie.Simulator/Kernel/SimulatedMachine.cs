using System.Net;

namespace Coterie.Simulator.Kernel;

/// <summary>What outlives a process: a name, an address, a clock. The disk is its owner's, who opens it again at each start.</summary>
public sealed class SimulatedMachine(Simulation simulation, string name, int number, IPAddress address, SimulatedClock clock)
{
    public string Name { get; } = name;

    public IPAddress Address { get; } = address;

    public SimulatedClock Clock { get; } = clock;

    /// <summary>The process that runs there now; null while it is down.</summary>
    public SimulatedProcess? Process { get; private set; }

    public SimulatedProcess Start()
    {
        if (Process is not null)
        {
            throw new InvalidOperationException($"{Name} is running already.");
        }

        Process = new SimulatedProcess(simulation, Name, number, Address, Clock);
        return Process;
    }

    /// <summary>
    /// Kills the process. With <paramref name="silent"/> its peers are told nothing, as when power is lost: their connections stay
    /// half open. Otherwise they see a reset, as after <c>kill -9</c>.
    /// </summary>
    public void Crash(bool silent)
    {
        var process = Process ?? throw new InvalidOperationException($"{Name} is not running.");
        Process = null;
        process.Kill();
        simulation.Network.ProcessDied(process, silent);
    }
}
