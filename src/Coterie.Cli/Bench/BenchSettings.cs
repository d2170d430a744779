using System.Net;
using Coterie.Host.LoadGenerator;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>What was asked for on the command line, checked.</summary>
/// <param name="LeaderBased">On a leader-based keyspace.</param>
internal sealed record BenchSettings(
    BenchWorkload Workload,
    ConsistencyLevel Consistency,
    int Connections,
    int InFlight,
    double? Rate,
    TimeSpan Duration,
    TimeSpan Warmup,
    int ValueBytes,
    long Rows,
    bool LeaderBased,
    string Contact)
{
    /// <summary>The load that was asked for, on these nodes, with the ids that they know the statements by.</summary>
    public LoadOptions LoadOn(IReadOnlyList<IPEndPoint> servers, ReadOnlyMemory<byte> writeId, ReadOnlyMemory<byte> readId) => new()
    {
        Workload = Workload.Load(),
        Consistency = Consistency,
        Servers = servers,
        Connections = Connections,
        InFlight = InFlight,
        Rate = Rate,
        Warmup = Warmup,
        Duration = Duration,
        ValueBytes = ValueBytes,
        Rows = Rows,
        WriteId = writeId,
        ReadId = readId,
    };
}
