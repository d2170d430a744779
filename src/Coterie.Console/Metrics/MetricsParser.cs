using System.Globalization;

namespace Coterie.WebConsole.Metrics;

/// <summary>
/// Reads Prometheus' text exposition format 0.0.4, as a node writes it. What is broken is left out line by line, and counted: the rest is what one wants to see.
/// </summary>
internal static class MetricsParser
{
    public const int SamplesMax = 50_000;
    public const int LineLengthMax = 2_000;

    private static readonly string[] Types = ["counter", "gauge", "histogram", "summary", "untyped"];
    private static readonly string[] Parts = ["_bucket", "_sum", "_count"];

    /// <param name="samplesMax">What comes after so many is left out.</param>
    public static MetricSet Parse(string text, int samplesMax = SamplesMax)
    {
        var reading = new Reading(samplesMax);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            reading.Take(line);
            if (reading.IsCut)
            {
                break;
            }
        }

        return reading.End();
    }

    /// <summary>Label, value and position of the next one in a text like <c>a="1",b="2"</c>.</summary>
    /// <returns>False: there is none, or what stands there is none.</returns>
    public static bool TryLabel(ReadOnlySpan<char> labels, ref int at, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        name = value = default;
        var rest = labels[at..];
        var equals = rest.IndexOf("=\"", StringComparison.Ordinal);
        if (equals <= 0 || !IsName(rest[..equals]))
        {
            return false;
        }

        var end = equals + 2;
        while (end < rest.Length && rest[end] != '"')
        {
            end += rest[end] == '\\' ? 2 : 1;
        }

        if (end >= rest.Length)
        {
            return false;
        }

        name = rest[..equals];
        value = rest[(equals + 2)..end];
        at += end + 1;
        if (at < labels.Length && labels[at] == ',')
        {
            at++;
        }

        return true;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '_' and not ':')
            {
                return false;
            }
        }

        return !name.IsEmpty && !char.IsAsciiDigit(name[0]);
    }

    private sealed class Reading(int samplesMax)
    {
        private readonly SortedDictionary<string, Described> _families = new(StringComparer.Ordinal);
        private Described? _last;
        private int _samples;
        private int _line;
        private int _broken;
        private string? _firstBroken;

        public bool IsCut { get; private set; }

        public void Take(ReadOnlySpan<char> line)
        {
            _line++;
            line = line.Trim();
            if (line.IsEmpty)
            {
                return;
            }

            var problem = line.Length > LineLengthMax ? $"it is longer than {LineLengthMax} characters" : line[0] == '#' ? Describe(line[1..].Trim()) : Sample(line);
            if (problem is not null)
            {
                _broken++;
                _firstBroken ??= $"line {_line}: {problem}";
            }
        }

        public MetricSet End() => new(
            _families.ToDictionary(static one => one.Key, static one => new MetricFamily(one.Key, one.Value.Help, one.Value.Type, one.Value.Samples), StringComparer.Ordinal),
            _broken,
            _firstBroken,
            IsCut);

        /// <summary>Other comments than HELP and TYPE say nothing.</summary>
        private string? Describe(ReadOnlySpan<char> comment)
        {
            var isHelp = comment.StartsWith("HELP ");
            if (!isHelp && !comment.StartsWith("TYPE "))
            {
                return null;
            }

            var rest = comment[5..].Trim();
            var space = rest.IndexOf(' ');
            var name = space < 0 ? rest : rest[..space];
            if (!IsName(name))
            {
                return "that is no name of a metric";
            }

            var what = space < 0 ? "" : rest[(space + 1)..].Trim().ToString();
            var family = FamilyOf(name.ToString());
            if (isHelp)
            {
                family.Help = what.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
                return null;
            }

            if (!Types.Contains(what))
            {
                return "there is no such type of a metric";
            }

            family.Type = what;
            return null;
        }

        private string? Sample(ReadOnlySpan<char> line)
        {
            var nameEnd = line.IndexOfAny(' ', '{');
            if (nameEnd < 0 || !IsName(line[..nameEnd]))
            {
                return "that is no sample";
            }

            var name = line[..nameEnd].ToString();
            var labels = ReadOnlySpan<char>.Empty;
            var rest = line[nameEnd..];
            if (rest[0] == '{')
            {
                var end = LabelsEnd(rest);
                if (end < 0)
                {
                    return "its labels are broken";
                }

                labels = rest[1..end];
                rest = rest[(end + 1)..];
            }

            rest = rest.Trim();
            var space = rest.IndexOf(' ');
            if (!TryValue(space < 0 ? rest : rest[..space], out var value))
            {
                return "its value is no number";
            }

            if (_samples == samplesMax)
            {
                IsCut = true;
                return null;
            }

            _samples++;
            OwnerOf(name).Samples.Add(new MetricSample(name, labels.ToString(), value));
            return null;
        }

        /// <returns>Where the closing brace is; -1: something is wrong before it.</returns>
        private static int LabelsEnd(ReadOnlySpan<char> braces)
        {
            var at = 1;
            while (at < braces.Length && braces[at] != '}')
            {
                if (!TryLabel(braces, ref at, out _, out _))
                {
                    return -1;
                }
            }

            return at < braces.Length ? at : -1;
        }

        private static bool TryValue(ReadOnlySpan<char> text, out double value)
        {
            value = text switch
            {
                "+Inf" or "Inf" => double.PositiveInfinity,
                "-Inf" => double.NegativeInfinity,
                _ => double.NaN,
            };
            return double.IsInfinity(value) || text is "NaN" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        }

        private Described OwnerOf(string name)
        {
            if (_last is { Type: "histogram" or "summary" } parts && Parts.Any(part => name.Length == parts.Name.Length + part.Length && name.StartsWith(parts.Name, StringComparison.Ordinal) && name.EndsWith(part, StringComparison.Ordinal)))
            {
                return parts;
            }

            return FamilyOf(name);
        }

        private Described FamilyOf(string name)
        {
            if (_last?.Name == name)
            {
                return _last;
            }

            if (!_families.TryGetValue(name, out var family))
            {
                family = new Described(name);
                _families[name] = family;
            }

            return _last = family;
        }
    }

    private sealed class Described(string name)
    {
        public string Name { get; } = name;

        public string Help { get; set; } = "";

        public string Type { get; set; } = "untyped";

        public List<MetricSample> Samples { get; } = [];
    }
}
