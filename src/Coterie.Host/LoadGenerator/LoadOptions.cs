using System.Net;
using Coterie.Model.Quorum;

namespace Coterie.Host.LoadGenerator;

public enum LoadWorkload
{
    Write,
    Read,
    Mixed,
}

/// <summary>What load to make.</summary>
public sealed record LoadOptions
{
    public required LoadWorkload Workload { get; init; }

    public required ConsistencyLevel Consistency { get; init; }

    /// <summary>Connections go to these in turn.</summary>
    public required IReadOnlyList<IPEndPoint> Servers { get; init; }

    public required int Connections { get; init; }

    /// <summary>Requests in flight on each connection.</summary>
    public required int InFlight { get; init; }

    /// <summary>Requests a second over all connections; null: each answer is followed by the next request at once.</summary>
    public required double? Rate { get; init; }

    public required TimeSpan Warmup { get; init; }

    public required TimeSpan Duration { get; init; }

    public required int ValueBytes { get; init; }

    public required long Rows { get; init; }

    /// <summary>The statement that writes names the value before the key, as UPDATE does.</summary>
    public bool ValueFirst { get; init; }

    /// <summary>Of the prepared statements; equal on all nodes, since it is a function of the text.</summary>
    public required ReadOnlyMemory<byte> WriteId { get; init; }

    public required ReadOnlyMemory<byte> ReadId { get; init; }
}
