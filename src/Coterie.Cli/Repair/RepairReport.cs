using System.Text.Json.Serialization;

namespace Coterie.Cli.Repair;

/// <summary>What <c>repair --json</c> prints: sums, then each pair of replicas and table.</summary>
/// <param name="DryRun">Only compared.</param>
/// <param name="Complete">Every pair was compared.</param>
/// <param name="Unreachable">Nodes that could not be asked, and why: what they drive was not compared.</param>
internal sealed record RepairReport(
    bool DryRun,
    bool Complete,
    long RangesCompared,
    long RowsRead,
    long RowsDifferent,
    long RowsSent,
    long BytesSent,
    double Seconds,
    IReadOnlyList<PairResult> Peers,
    IReadOnlyList<UnreachableNode> Unreachable)
{
    public static RepairReport Of(bool dryRun, TimeSpan elapsed, IReadOnlyList<PairResult> peers, IReadOnlyList<UnreachableNode> unreachable) => new(
        dryRun,
        unreachable.Count == 0 && peers.All(static pair => pair.Failure is null),
        peers.Sum(static pair => pair.RangesCompared),
        peers.Sum(static pair => pair.RowsRead),
        peers.Sum(static pair => pair.RowsDifferent),
        peers.Sum(static pair => pair.RowsSent),
        peers.Sum(static pair => pair.BytesSent),
        Math.Round(elapsed.TotalSeconds, 3),
        peers,
        unreachable);
}

/// <param name="Node">CQL address of the node that drove the comparison.</param>
/// <param name="Peer">CQL address of the other.</param>
/// <param name="Failure">Null: all of it was compared.</param>
internal sealed record PairResult(
    string Keyspace,
    string Table,
    string Node,
    string Peer,
    long RangesCompared,
    long RowsRead,
    long RowsDifferent,
    long RowsSent,
    long BytesSent,
    double Seconds,
    string? Failure);

internal sealed record UnreachableNode(string Node, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RepairReport))]
internal sealed partial class RepairReportJson : JsonSerializerContext;
