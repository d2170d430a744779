using Coterie.Host.LoadGenerator;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>What was asked for on the command line, checked.</summary>
internal sealed record BenchSettings(
    LoadWorkload Workload,
    ConsistencyLevel Consistency,
    int Connections,
    int InFlight,
    double? Rate,
    TimeSpan Duration,
    TimeSpan Warmup,
    int ValueBytes,
    long Rows,
    string Contact);
