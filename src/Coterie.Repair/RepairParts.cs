using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging;

namespace Coterie.Repair;

/// <summary>What anti-entropy is made of: everything that is not its own is handed in.</summary>
public sealed record RepairParts
{
    public required NodeId Self { get; init; }

    public required IMessenger Messenger { get; init; }

    public required IMetadataView Metadata { get; init; }

    public required ReplicaMaps Maps { get; init; }

    public required ILiveness Liveness { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>For the salts of digests.</summary>
    public required Random Random { get; init; }

    public required RepairCounters Counters { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Called when an invariant broke: whoever owns the node stops it.</summary>
    public required Action<Exception> Broken { get; init; }

    /// <summary>How far the clocks of two nodes that talk to each other may differ: what handshakes allow.</summary>
    public required TimeSpan ClockSkewMax { get; init; }

    public RepairOptions Options { get; init; } = new();
}
