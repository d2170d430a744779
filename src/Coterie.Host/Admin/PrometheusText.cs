using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Coterie.Server;

namespace Coterie.Host.Admin;

/// <summary>
/// Instruments in the words of Prometheus (text exposition format 0.0.4) and under its naming rules: underscores for dots, the unit as a
/// suffix, <c>_total</c> behind what only counts up. Pure: instrument and samples in, text out.
/// </summary>
internal static class PrometheusText
{
    public static string Name(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var c in instrument.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        AppendSuffix(name, instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        });
        AppendSuffix(name, IsCounter(instrument) ? "_total" : "");
        return name.ToString();
    }

    /// <summary><c>{a="1",b="2"}</c>, in the order of the names; nothing if there are no tags.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            labels[key.Replace('.', '_')] = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal);
        }

        return "{" + string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\"")) + "}";
    }

    public static void WriteFamily(StringBuilder text, Instrument instrument, IEnumerable<KeyValuePair<string, double>> samples)
    {
        var name = Name(instrument);
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(instrument.Description ?? instrument.Name)}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {(IsCounter(instrument) ? "counter" : "gauge")}\n");
        foreach (var (labels, value) in samples)
        {
            text.Append(name).Append(labels).Append(' ').Append(Format(value)).Append('\n');
        }
    }

    /// <summary>Times in buckets that count what ended in them or before.</summary>
    /// <param name="label">By which the series are told apart.</param>
    public static void WriteHistogram(StringBuilder text, string name, string help, string label, IEnumerable<(string Value, RequestLatencies Latencies)> series)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help)}\n# TYPE {name} histogram\n");
        foreach (var (value, latencies) in series)
        {
            var total = latencies.Total;
            var counts = latencies.Counts();
            long sum = 0;
            for (var i = 0; i < counts.Count; i++)
            {
                sum += counts[i];
                var end = i < RequestLatencies.Bounds.Count ? RequestLatencies.Bounds[i].TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{label}=\"{value}\",le=\"{end}\"}} {sum}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{label}=\"{value}\"}} {Format(total.TotalSeconds)}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_count{{{label}=\"{value}\"}} {sum}\n");
        }
    }

    private static bool IsCounter(Instrument instrument)
    {
        var type = instrument.GetType();
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
    }

    private static void AppendSuffix(StringBuilder name, string suffix)
    {
        if (!name.ToString().EndsWith(suffix, StringComparison.Ordinal))
        {
            name.Append(suffix);
        }
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Format(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
