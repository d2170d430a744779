using System.Diagnostics.Metrics;
using System.Text;
using Prometheus;

namespace Coterie.Host.Admin;

/// <summary>
/// Turns the instruments of <c>System.Diagnostics.Metrics</c> (the node's own meters and the runtime's) into the text that Prometheus reads.
/// </summary>
internal sealed class MetricsExporter : IDisposable
{
    private const string OwnMeters = "Coterie";
    private const string RuntimeMeter = "System.Runtime";

    /// <summary>Latencies in seconds: a third more from bucket to bucket would be nicer to read, but each bucket is a line at every scrape.</summary>
    private static readonly double[] LatencyBuckets =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly IDisposable _adapter;

    public MetricsExporter()
    {
        _adapter = MeterAdapter.StartListening(new MeterAdapterOptions
        {
            Registry = _registry,
            InstrumentFilterPredicate = IsExported,
            ResolveHistogramBuckets = _ => LatencyBuckets,
        });
    }

    public async ValueTask<AdminAnswer> ExportAsync(CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(buffer, cancellationToken);
        return new AdminAnswer(200, AdminAnswer.Prometheus, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    public void Dispose() => _adapter.Dispose();

    private static bool IsExported(Instrument instrument) =>
        instrument.Meter.Name == RuntimeMeter || instrument.Meter.Name.StartsWith(OwnMeters, StringComparison.Ordinal);
}
