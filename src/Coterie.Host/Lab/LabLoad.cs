using System.Net;
using Coterie.Model.Quorum;

namespace Coterie.Host.Lab;

/// <summary>How much is written, and how.</summary>
/// <param name="Rate">Writes a second; null: as fast as they are answered.</param>
public sealed record LabLoad(IReadOnlyList<IPEndPoint> Servers, double? Rate)
{
    public ConsistencyLevel Level { get; init; } = ConsistencyLevel.Quorum;

    /// <summary>A read at QUORUM meets what a majority has acknowledged; what fewer have takes all of them.</summary>
    public ConsistencyLevel ReadLevel => Level is ConsistencyLevel.Quorum or ConsistencyLevel.EachQuorum or ConsistencyLevel.All ? ConsistencyLevel.Quorum : ConsistencyLevel.All;

    public int ConnectionsPerNode { get; init; } = 2;

    /// <summary>Writes in flight; what is due beyond waits its turn, and its latency counts meanwhile.</summary>
    public int InFlightMax { get; init; } = 4_000;
}
