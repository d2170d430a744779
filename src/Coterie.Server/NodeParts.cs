using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Storage;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>What a node is made of: the real parts from the host, the simulated ones from the simulator. Their owner disposes them after the node has stopped.</summary>
public sealed record NodeParts
{
    public required TimeProvider Time { get; init; }

    public required INetwork Network { get; init; }

    public required IStorageEngine Engine { get; init; }

    public required IdSource Ids { get; init; }

    /// <summary>Seeds the random sources of the node's own parts; used while it is put together only.</summary>
    public required Random Random { get; init; }

    public required ILoggerFactory Logging { get; init; }

    /// <summary>The machine went down while writes were not synced: the end of what this node has acknowledged may not be in the store. See <see cref="SyncMark"/>.</summary>
    public bool MayHaveLostWrites { get; init; }

    /// <summary>Called once at each start, as soon as the node is a member of this cluster; what it does is done before clients are served.</summary>
    public Action<ClusterId>? Joined { get; init; }

    public required NodeOptions Options { get; init; }
}
