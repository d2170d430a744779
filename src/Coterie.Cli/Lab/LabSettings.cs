using Coterie.Host.Workloads;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Lab;

/// <summary>What is done to a node.</summary>
internal enum LabFaultKind
{
    Kill,
    Pause,
    Partition,
}

internal static class LabFaultKinds
{
    /// <summary>As the report has it.</summary>
    public static string Name(this LabFaultKind fault) => fault.ToString().ToLowerInvariant();

    /// <summary>What was done to the node.</summary>
    public static string Done(this LabFaultKind fault) => fault switch
    {
        LabFaultKind.Kill => "killed",
        LabFaultKind.Pause => "paused",
        _ => "cut off from the others",
    };
}

/// <summary>What was asked for on the command line, checked.</summary>
/// <param name="Rate">Writes a second to each keyspace.</param>
/// <param name="Calm">Before each fault, and after the last.</param>
/// <param name="Down">How long the node is away.</param>
/// <param name="RegisterReads">The level at which the registers are read, whose history is looked at.</param>
/// <param name="Contact">Null: a cluster of the lab's own.</param>
/// <param name="Svg">The file that a picture goes to.</param>
internal sealed record LabSettings(
    LabFaultKind Fault, WorkloadKind Workload, int Rounds, double Rate, TimeSpan Calm, TimeSpan Down, string? Contact, ConsistencyLevel RegisterReads, string? Svg, bool Json);
