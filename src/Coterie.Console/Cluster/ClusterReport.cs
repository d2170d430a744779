using System.Text.Json.Serialization;

namespace Coterie.WebConsole.Cluster;

/// <summary>The cluster at one moment, as all of its nodes together say.</summary>
/// <param name="Cluster">Its name; null: no node has answered so far.</param>
/// <param name="Sentence">Whether all is well, for people.</param>
/// <param name="Calm">Every node answers, and all see each other up.</param>
/// <param name="NotAsked">Nodes beyond the most that are asked.</param>
/// <param name="Views">Who sees whom.</param>
/// <param name="Groups">Groups of leader-based keyspaces.</param>
/// <param name="GroupsLed">Of these, those with a leader.</param>
/// <param name="Tables">The worst first, as many as are listed.</param>
/// <param name="TablesTotal">All that there are.</param>
/// <param name="TablesNever">Of all, those of which some pair is not known to have been equal since a node started.</param>
/// <param name="Rings">One for each data centre.</param>
public sealed record ClusterReport(
    string? Cluster,
    long? Epoch,
    string Sentence,
    bool Calm,
    int NotAsked,
    IReadOnlyList<ClusterNode> Nodes,
    IReadOnlyList<NodeView> Views,
    IReadOnlyList<HintLine> Hints,
    int Groups,
    int GroupsLed,
    IReadOnlyList<TableLine> Tables,
    int TablesTotal,
    int TablesNever,
    IReadOnlyList<Ring> Rings);

/// <summary>A node, and what it says of itself: null if it does not answer. Rates and times are those since it was asked before; null: not known yet.</summary>
/// <param name="Problem">Why it does not answer; null: it does.</param>
/// <param name="Number">By which it is coloured, from 0.</param>
/// <param name="Ownership">The part of its data centre's tokens for which it is the first replica, from 0 to 1; null: the ring is not known.</param>
public sealed record ClusterNode(
    string Name,
    string? Id,
    int Number,
    string? Datacenter,
    string? Rack,
    string? CqlAddress,
    string AdminAddress,
    string? Problem,
    bool Ready,
    double? UptimeSeconds,
    long? LoadBytes,
    double? RequestsPerSecond,
    Latency? Reads,
    Latency? Writes,
    int GroupsLed,
    double? Ownership,
    IReadOnlyList<string>? Tokens)
{
    public bool Answers => Problem is null;
}

/// <summary>Of the requests that ended since the node was asked before.</summary>
/// <param name="P50Ms">Null: none ended.</param>
public sealed record Latency(double PerSecond, double? P50Ms, double? P99Ms);

/// <summary>What one node thinks of each, in the order of the nodes.</summary>
public sealed record NodeView(string By, IReadOnlyList<Opinion> Of);

/// <summary>What a node thinks of another.</summary>
public enum Opinion
{
    /// <summary>It does not answer, so its opinion is not known.</summary>
    Silent,
    Up,
    Down,

    /// <summary>It does not know of that node.</summary>
    Unknown,
}

/// <summary>What waits for a node that missed it.</summary>
/// <param name="For">The node.</param>
/// <param name="At">Who keeps it.</param>
public sealed record HintLine(string For, IReadOnlyList<string> At, long Count, long Bytes, double OldestSeconds);

/// <param name="SecondsSinceEqual">How long ago the pair of replicas that lags most was last known to be equal in every range; null: some pair is not since a node started, or there is none.</param>
/// <param name="Worst">That pair; null: there is none.</param>
/// <param name="Pairs">That the nodes that answer compare.</param>
/// <param name="PairsNever">Of these, those not known to have been equal.</param>
/// <param name="Failure">Why a comparison failed last; null: none did.</param>
public sealed record TableLine(string Keyspace, string Table, double? SecondsSinceEqual, string? Worst, int Pairs, int PairsNever, string? Failure);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClusterReport))]
internal sealed partial class ClusterJson : JsonSerializerContext;
