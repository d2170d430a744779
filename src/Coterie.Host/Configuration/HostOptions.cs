using System.Collections.Immutable;
using System.Net;
using Coterie.Coordinator.Hints;
using Coterie.Replica.Trees;
using Coterie.Repair;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Host.Configuration;

/// <summary>What one node is told at start. Made by <see cref="HostOptionsReader"/>, which lists the keys.</summary>
public sealed record HostOptions
{
    public required string ClusterName { get; init; }

    public required string DataDirectory { get; init; }

    public required string Datacenter { get; init; }

    public required string Rack { get; init; }

    public required IPEndPoint CqlAddress { get; init; }

    public required IPEndPoint PeerAddress { get; init; }

    public required IPEndPoint AdminAddress { get; init; }

    /// <summary>Where the console is served; null: nowhere.</summary>
    public IPEndPoint? ConsoleAddress { get; init; }

    /// <summary>Peer addresses of the nodes that form the cluster, the same list in the same order on each of them. The first five vote.</summary>
    public required ImmutableArray<IPEndPoint> InitialNodes { get; init; }

    /// <summary>A cluster may be formed although this node has been a member of one, whose data is given up.</summary>
    public bool FormNewCluster { get; init; }

    /// <summary>Lets the node listen where others can reach it, although there is no authentication and no TLS yet.</summary>
    public required bool InsecureNoAuthNoTls { get; init; }

    public required TimeSpan WriteTimeout { get; init; }

    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>For a read of more than single partitions.</summary>
    public required TimeSpan RangeTimeout { get; init; }

    /// <summary>How long a stop waits for requests in flight.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    public required long BlockCacheBytes { get; init; }

    /// <summary>When a write counts as durable.</summary>
    public SyncMode Sync { get; init; } = SyncMode.Group;

    public TimeSpan SyncInterval { get; init; } = new StorageWriterOptions().SyncInterval;

    /// <summary>Where the system says which boot this is.</summary>
    public string BootIdFile { get; init; } = "/proc/sys/kernel/random/boot_id";

    public HintOptions Hints { get; init; } = HintOptions.Default;

    public RepairOptions Repair { get; init; } = new();

    public TreeOptions Trees { get; init; } = new();

    /// <summary>How often the whole store is read again from the disk, and at most how fast.</summary>
    public TimeSpan ScrubInterval { get; init; } = TimeSpan.FromDays(7);

    public long ScrubBytesPerSecond { get; init; } = 8L << 20;

    /// <summary>It is part of a lab: its replicas may be made to differ on purpose.</summary>
    public bool IsLab { get; init; }

    public required LogLevel LogLevel { get; init; }
}
