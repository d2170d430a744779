namespace Coterie.Cli.Lab;

/// <summary>What is done to a node.</summary>
internal enum LabFaultKind
{
    Kill,
    Pause,
}

/// <summary>What was asked for on the command line, checked.</summary>
/// <param name="Rate">Writes a second to each keyspace.</param>
/// <param name="Calm">Before each fault, and after the last.</param>
/// <param name="Down">How long the node is away.</param>
/// <param name="Contact">Null: a cluster of the lab's own.</param>
internal sealed record LabSettings(LabFaultKind Fault, int Rounds, double Rate, TimeSpan Calm, TimeSpan Down, string? Contact, bool Json);
