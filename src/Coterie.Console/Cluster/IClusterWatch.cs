namespace Coterie.WebConsole.Cluster;

/// <summary>The nodes, looked at about once a second for all who look, and not at all while nobody does.</summary>
internal interface IClusterWatch
{
    /// <summary>Waits for the next look at the nodes after the one that the caller has seen. Whoever waits here is somebody who looks.</summary>
    /// <param name="seen">Its number; 0: none.</param>
    Task<ClusterMoment> NextAsync(long seen, CancellationToken cancellationToken);
}
