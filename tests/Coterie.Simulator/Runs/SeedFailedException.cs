namespace Coterie.Simulator.Runs;

/// <summary>A seed failed. The message holds the one command that repeats it.</summary>
public sealed class SeedFailedException(string message) : Exception(message);
