using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Time;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Membership;

/// <summary>What <see cref="LivenessMonitor"/> is made of.</summary>
public sealed record LivenessParts
{
    public required NodeId Self { get; init; }

    public required IMessenger Messenger { get; init; }

    public required IPeerLinks Links { get; init; }

    public required IMetadataView Metadata { get; init; }

    public required HybridClock Clock { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>For the jitter of heartbeats. Used by one loop.</summary>
    public required Random Random { get; init; }

    public required ILogger Logger { get; init; }

    public FailureDetectionOptions Options { get; init; } = new();
}
