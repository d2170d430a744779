using Coterie.Host.Workloads;

namespace Coterie.WebConsole.Lab;

/// <summary>What the page and the API ask of the lab. What changes something answers with the reason why it was not done; null: it was.</summary>
public interface ILabDesk
{
    /// <summary>How it stands. Whoever asks counts as somebody who looks: nobody for a minute, and the writes end.</summary>
    LabSnapshot Look();

    Task<string?> StartAsync(WorkloadKind workload);

    Task<string?> StopAsync();

    /// <param name="node">The name of one of <see cref="LabSnapshot.Nodes"/>.</param>
    Task<string?> DoAsync(string node, LabAction action);
}

/// <summary>What can be done to a node.</summary>
public enum LabAction
{
    Kill,
    Pause,
    Resume,
    CutOff,
    Join,
    Start,
}
