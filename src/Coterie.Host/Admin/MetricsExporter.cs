using System.Diagnostics.Metrics;
using System.Text;

namespace Coterie.Host.Admin;

/// <summary>Listens to instruments and writes what they show as text for Prometheus, when it is asked for.</summary>
/// <remarks>
/// Invariant: one export at a time, so that the samples of observed instruments are those of one moment. An instrument that cannot be read is
/// left out, and counted in a metric of its own: the others are what one wants to see most just then.
/// </remarks>
internal sealed class MetricsExporter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Gauge<long> _unreadable;

    /// <param name="own">Gets a metric about the export itself.</param>
    /// <param name="wanted">Which instruments to show. Their histograms are not: what a node times, it counts itself.</param>
    public MetricsExporter(Meter own, Func<Instrument, bool> wanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (wanted(instrument))
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _unreadable = own.CreateGauge<long>("coterie.metrics_unreadable", null, "Metrics that could not be read at the last export");
        _listener.Start();
    }

    public string Export()
    {
        lock (_gate)
        {
            foreach (var family in _families.Values.Where(family => family.Instrument.IsObservable))
            {
                family.Samples.Clear();
            }

            _unreadable.Record(Observe());
            var text = new StringBuilder();
            foreach (var family in _families.Values)
            {
                PrometheusText.WriteFamily(text, family.Instrument, family.Samples);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private int Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
            return 0;
        }
        catch (AggregateException e)
        {
            return e.InnerExceptions.Count;
        }
    }

    private Family FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            var family = new Family(instrument);
            _families[PrometheusText.Name(instrument)] = family;
            return family;
        }
    }

    private void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var family = (Family)state!;
        var labels = PrometheusText.Labels(tags);
        lock (_gate)
        {
            family.Samples[labels] = family.Adds ? family.Samples.GetValueOrDefault(labels) + value : value;
        }
    }

    private sealed class Family(Instrument instrument)
    {
        public Instrument Instrument { get; } = instrument;

        public SortedDictionary<string, double> Samples { get; } = new(StringComparer.Ordinal);

        /// <summary>Reports what has come, not what there is.</summary>
        public bool Adds { get; } = !instrument.IsObservable && instrument is not Gauge<long> and not Gauge<double>;
    }
}
