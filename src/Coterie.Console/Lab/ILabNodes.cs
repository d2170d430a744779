namespace Coterie.WebConsole.Lab;

/// <summary>The nodes of a development cluster, and what may be done to them. Whoever runs them implements it; names that it did not give are a mistake of the caller's.</summary>
public interface ILabNodes
{
    IReadOnlyList<ConsoleNode> Places { get; }

    LabProcess StateOf(string name);

    /// <summary>Ends the process as a power cut does, and returns when it has ended. It stays dead until it is started.</summary>
    /// <exception cref="IOException">That cannot be done.</exception>
    Task KillAsync(string name);

    /// <exception cref="IOException">That cannot be done.</exception>
    Task PauseAsync(string name);

    /// <exception cref="IOException">That cannot be done.</exception>
    Task ResumeAsync(string name);

    /// <summary>The other nodes hear nothing of it and it nothing of them, until they are joined again; its clients are served by what it can do alone.</summary>
    /// <exception cref="IOException">That cannot be done.</exception>
    Task CutOffAsync(string name);

    /// <exception cref="IOException">That cannot be done.</exception>
    Task JoinAsync(string name);

    /// <exception cref="IOException">That cannot be done.</exception>
    Task StartAsync(string name);
}

/// <summary>What the process of a node does.</summary>
public enum LabProcess
{
    Running,
    Paused,

    /// <summary>It runs, and is cut off from the other nodes.</summary>
    CutOff,
    Dead,
}
