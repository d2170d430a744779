using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coterie.Cli.Cql;
using Coterie.Host.LoadGenerator;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Bench;

/// <summary>What <c>bench --json</c> prints.</summary>
internal sealed record BenchReport
{
    public required string Workload { get; init; }

    /// <summary>leaderless or leader-based.</summary>
    public required string Keyspace { get; init; }

    public required string Consistency { get; init; }

    public required int Connections { get; init; }

    public required int InFlight { get; init; }

    /// <summary>Requests a second that were due; null where each answer triggered the next request.</summary>
    public required double? Rate { get; init; }

    public required int ValueBytes { get; init; }

    public required double Seconds { get; init; }

    public required long Operations { get; init; }

    public required double ThroughputPerSecond { get; init; }

    [JsonPropertyName("p50_ms")]
    public required double P50Ms { get; init; }

    [JsonPropertyName("p99_ms")]
    public required double P99Ms { get; init; }

    [JsonPropertyName("p999_ms")]
    public required double P999Ms { get; init; }

    public required double MaxMs { get; init; }

    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Where it is looked for what was written: what was acknowledged and is not there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lost { get; init; }

    /// <summary>Likewise: what is there and must not be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Returned { get; init; }

    /// <summary>Likewise: what could not be looked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Unread { get; init; }

    /// <summary>Likewise: the cluster had said that nothing was done, and it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? FailedFound { get; init; }

    /// <summary>Of the limit only: frames a second that its processes exchanged, all counted once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FramesPerSecond { get; init; }

    /// <summary>Of the limit only: how many frames its nodes handed to the network at once, on average.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FramesPerFlush { get; init; }

    /// <summary>Of the limit only: frames a second of a raw echo over loopback in the same run, as many at once; there and back counted as two.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? EchoFramesPerSecond { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;

/// <summary>Shows a report as JSON or for people; progress goes to standard error, so that the output stays clean.</summary>
internal sealed class BenchOutput(bool json)
{
    public static BenchReport Describe(BenchSettings settings, LoadReport report) => new()
    {
        Workload = settings.Workload.ToString().ToLowerInvariant(),
        Keyspace = settings.LeaderBased ? "leader-based" : "leaderless",
        Consistency = ConsistencyLevelNames.Format(settings.Consistency),
        Connections = settings.Connections,
        InFlight = settings.InFlight,
        Rate = settings.Rate,
        ValueBytes = settings.ValueBytes,
        Seconds = report.Seconds,
        Operations = report.Operations,
        ThroughputPerSecond = report.ThroughputPerSecond,
        P50Ms = report.P50Ms,
        P99Ms = report.P99Ms,
        P999Ms = report.P999Ms,
        MaxMs = report.MaxMs,
        Errors = report.Errors,
    };

    public void Progress(string line)
    {
        if (!json)
        {
            Console.Error.WriteLine(line);
        }
    }

    public void Show(BenchReport report)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
            return;
        }

        var c = CultureInfo.InvariantCulture;
        var rows = new List<string[]>
        {
            new[] { "throughput", string.Create(c, $"{report.ThroughputPerSecond:N0} /s") },
            new[] { "p50", string.Create(c, $"{report.P50Ms:N2} ms") },
            new[] { "p99", string.Create(c, $"{report.P99Ms:N2} ms") },
            new[] { "p99.9", string.Create(c, $"{report.P999Ms:N2} ms") },
            new[] { "max", string.Create(c, $"{report.MaxMs:N2} ms") },
            new[] { "operations", string.Create(c, $"{report.Operations:N0}") },
        };
        rows.AddRange(report.Errors.Select(error => new[] { $"errors: {error.Key}", string.Create(c, $"{error.Value:N0}") }));
        if (report.Lost is { } lost)
        {
            rows.Add(["acknowledged and lost", string.Create(c, $"{lost:N0}")]);
            rows.Add(["removed or expired and there again", string.Create(c, $"{report.Returned:N0}")]);
            rows.Add(["could not be looked for", string.Create(c, $"{report.Unread:N0}")]);
            rows.Add(["said not to be done, and done", string.Create(c, $"{report.FailedFound:N0}")]);
        }

        if (report.FramesPerSecond is { } frames)
        {
            rows.Add(["frames", string.Create(c, $"{frames:N0} /s")]);
            rows.Add(["frames in a flush", string.Create(c, $"{report.FramesPerFlush:N1}")]);
            rows.Add(["frames of a raw echo", string.Create(c, $"{report.EchoFramesPerSecond:N0} /s")]);
        }

        ResultTable.Write(ResultTable.CreateConsole(!Console.IsOutputRedirected), [(report.Workload, false), (report.Consistency, true)], rows);
    }
}
