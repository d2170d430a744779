using System.Text.Json;
using System.Text.Json.Serialization;
using Coterie.Host.Admin;

namespace Coterie.Cli.Status;

/// <summary>What <c>coterie status --json</c> prints.</summary>
internal sealed record ClusterStatus(
    string Cluster, string ClusterId, IReadOnlyList<NodeView> Nodes, IReadOnlyList<TableEquality> Tables, IReadOnlyList<GroupView> Groups);

/// <summary>A node, and what it says itself: null if it does not answer.</summary>
internal sealed record NodeView(PeerReport Node, StatusReport? Report);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(RingReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
