using System.Collections.Immutable;
using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Coordinator;
using Coterie.Coordinator.Hints;
using Coterie.Coordinator.Leaders;
using Coterie.Replica.Groups;
using Coterie.Replica.Trees;
using Coterie.Repair;
using Coterie.Server.Connections;
using Coterie.Server.Execution;
using Coterie.Storage.Trees;
using Coterie.Storage.Writer;

namespace Coterie.Server;

/// <summary>What a node is told about itself and its cluster. Checked by whoever reads the configuration.</summary>
public sealed record NodeOptions
{
    public required string ClusterName { get; init; }

    /// <summary>Where it listens for its peers, and what it is called by them.</summary>
    public required IPEndPoint PeerAddress { get; init; }

    /// <summary>Where it listens for CQL clients, and where drivers are told to find it.</summary>
    public required IPEndPoint CqlAddress { get; init; }

    public required IPEndPoint AdminAddress { get; init; }

    /// <summary>The peer addresses of all first members, in the same order on every node; the first five vote.</summary>
    public required ImmutableArray<IPEndPoint> InitialNodes { get; init; }

    /// <summary>It has been a member of a cluster, and its store is gone: it joins one again, and forms none.</summary>
    public bool HasBeenMember { get; init; }

    public string Datacenter { get; init; } = "datacenter1";

    public string Rack { get; init; } = "rack1";

    public RequestTimeouts Timeouts { get; init; } = new();

    public ListenerOptions Listener { get; init; } = new();

    public TransportOptions Transport { get; init; } = new();

    public FailureDetectionOptions FailureDetection { get; init; } = new();

    public CoordinatorOptions Coordinator { get; init; } = CoordinatorOptions.Default;

    public LeaderOptions Leaders { get; init; } = new();

    public GroupOptions Groups { get; init; } = new();

    public HintOptions Hints { get; init; } = HintOptions.Default;

    /// <summary>How long the start waits for the hints that are kept here to be counted.</summary>
    public TimeSpan HintsLoadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public StorageWriterOptions Writer { get; init; } = new();

    public TreeLeavesOptions Leaves { get; init; } = new();

    public TreeOptions Trees { get; init; } = new();

    public RepairOptions Repair { get; init; } = new();

    /// <summary>How long the start waits for a first opinion of every peer before CQL opens without it.</summary>
    public TimeSpan FirstRoundTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
