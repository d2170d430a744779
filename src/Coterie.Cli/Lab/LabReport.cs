using System.Text.Json.Serialization;
using Coterie.Host.Lab;
using Coterie.Model.Quorum;

namespace Coterie.Cli.Lab;

/// <summary>What <c>coterie lab --json</c> prints.</summary>
/// <param name="Fault">kill, pause or partition.</param>
/// <param name="Workload">What was written.</param>
/// <param name="Rate">Writes a second to each keyspace.</param>
internal sealed record LabReport(
    string Fault, string Workload, int Rounds, double Rate, double Seconds, KeyspaceReport Leaderless, KeyspaceReport LeaderBased, HistoryReport Registers, IReadOnlyList<FaultReport> Faults)
{
    /// <summary>Everything acknowledged is there, and nothing that was said not to have been done; and the history of the registers is linearizable.</summary>
    [JsonIgnore]
    public bool IsRight => Leaderless.IsRight && LeaderBased.IsRight && Registers.Linearizable;
}

/// <summary>The history of the registers of the leader-based keyspace.</summary>
/// <param name="Operations">Reads and writes that were answered, and writes that may have been done.</param>
/// <param name="Conditional">Writes that were done because what they expected was there.</param>
/// <param name="Reads">The level of the reads.</param>
/// <param name="Violation">The shortest part of a history that is not linearizable.</param>
internal sealed record HistoryReport(bool Linearizable, int Operations, int Unknown, int Conditional, string Reads, IReadOnlyList<string> Violation)
{
    public static HistoryReport Of(LabHistory history, ConsistencyLevel reads) =>
        new(history.IsLinearizable, history.Operations, history.Unknown, history.Conditional, ConsistencyLevelNames.Format(reads), history.Violation);
}

/// <param name="FromSeconds">Since the writes began.</param>
/// <param name="BackSeconds">When the node was started again, or went on.</param>
/// <param name="ToSeconds">When it was ready.</param>
internal sealed record FaultReport(int Round, string Node, double FromSeconds, double BackSeconds, double ToSeconds)
{
    public static FaultReport Of(LabFault fault) => new(
        fault.Round, fault.Node, Seconds(fault.From), Seconds(fault.Back), Seconds(fault.To));

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}

/// <summary>One keyspace. Its times are in milliseconds.</summary>
internal sealed record KeyspaceReport
{
    public required long Acked { get; init; }

    /// <summary>The cluster said that nothing was done.</summary>
    public required long Failed { get; init; }

    /// <summary>Not known whether they were done.</summary>
    public required long Unknown { get; init; }

    /// <summary>Acknowledged, and not found at QUORUM afterwards.</summary>
    public required long Lost { get; init; }

    /// <summary>There at QUORUM afterwards, and removed, expired or never written.</summary>
    public required long Returned { get; init; }

    /// <summary>Acknowledged, and no answer at QUORUM afterwards.</summary>
    public required long Unread { get; init; }

    /// <summary>Of those unknown, those that were done.</summary>
    public required long UnknownFound { get; init; }

    /// <summary>The cluster said that nothing was done, and it was.</summary>
    public required long FailedFound { get; init; }

    public required double LongestGapMs { get; init; }

    public required double MedianGapMs { get; init; }

    /// <summary>While the node came back.</summary>
    public required double ReturnGapMs { get; init; }

    /// <summary>With nothing failing: what the machine does by itself.</summary>
    public required double CalmGapMs { get; init; }

    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double P999Ms { get; init; }

    public required IReadOnlyList<double> GapsMs { get; init; }

    public required IReadOnlyList<int> AckedBySecond { get; init; }

    public required IReadOnlyList<int> NotAckedBySecond { get; init; }

    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    /// <summary>What was lost, the first of it.</summary>
    public required IReadOnlyList<string> LostWrites { get; init; }

    /// <summary>What came back, the first of it.</summary>
    public required IReadOnlyList<string> ReturnedWrites { get; init; }

    [JsonIgnore]
    public bool IsRight => Lost == 0 && Returned == 0 && Unread == 0 && FailedFound == 0;

    public static KeyspaceReport Of(LabFigures figures, LabFindings findings) => new()
    {
        Acked = figures.Acked,
        Failed = figures.Failed,
        Unknown = figures.Unknown,
        Lost = findings.Lost.Count,
        Returned = findings.Returned.Count,
        Unread = findings.Unread,
        UnknownFound = findings.UnknownFound,
        FailedFound = findings.FailedFound,
        LongestGapMs = Round(figures.LongestGapMs),
        MedianGapMs = Round(figures.MedianGapMs),
        ReturnGapMs = Round(figures.ReturnGapMs),
        CalmGapMs = Round(figures.CalmGapMs),
        P50Ms = Round(figures.P50Ms),
        P99Ms = Round(figures.P99Ms),
        P999Ms = Round(figures.P999Ms),
        GapsMs = [.. figures.GapsMs.Select(Round)],
        AckedBySecond = figures.AckedBySecond,
        NotAckedBySecond = figures.NotAckedBySecond,
        Reasons = figures.Reasons,
        LostWrites = [.. findings.Lost.Order(StringComparer.Ordinal).Take(20)],
        ReturnedWrites = [.. findings.Returned.Order(StringComparer.Ordinal).Take(20)],
    };

    private static double Round(double milliseconds) => Math.Round(milliseconds, 2);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(LabReport))]
internal sealed partial class LabJson : JsonSerializerContext;
