namespace Coterie.Host.LoadGenerator;

/// <summary>What came of a load. Latencies are in milliseconds; at a fixed rate they count from when a request was due, not from when it could be sent.</summary>
public sealed record LoadReport(
    long Operations,
    double Seconds,
    double ThroughputPerSecond,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    double MaxMs,
    IReadOnlyDictionary<string, long> Errors);
