namespace Coterie.Simulator.Kernel;

/// <summary>The simulation itself was broken: code escaped its thread, or nothing was left to run while something was still awaited.</summary>
public sealed class SimulationViolationException(string message) : Exception(message);
