using System.Collections.Immutable;
using System.Net;

namespace Coterie.Cli.Lab;

/// <summary>Three nodes or more, of which the lab can take one down and bring it back.</summary>
internal interface ILabCluster : IAsyncDisposable
{
    ImmutableArray<LabTarget> Nodes { get; }

    /// <summary>As <c>kill -9</c>. Completes when the process is gone.</summary>
    /// <exception cref="IOException">It cannot be done from here.</exception>
    Task KillAsync(LabTarget node, CancellationToken cancellationToken);

    /// <summary>Starts a node that was killed. It is not ready yet afterwards.</summary>
    Task StartAsync(LabTarget node, CancellationToken cancellationToken);

    /// <summary>SIGSTOP: it holds its connections and answers nothing.</summary>
    Task PauseAsync(LabTarget node, CancellationToken cancellationToken);

    /// <summary>SIGCONT.</summary>
    Task ResumeAsync(LabTarget node, CancellationToken cancellationToken);

    /// <summary>Nothing goes between it and the other nodes any more; clients still reach all of them.</summary>
    /// <exception cref="IOException">It cannot be done here.</exception>
    Task CutOffAsync(LabTarget node, CancellationToken cancellationToken);

    /// <summary>All reach each other again.</summary>
    Task HealAsync(LabTarget node, CancellationToken cancellationToken);
}

/// <summary>A node of the lab.</summary>
internal sealed record LabTarget(string Name, IPEndPoint Cql, IPEndPoint Admin);
