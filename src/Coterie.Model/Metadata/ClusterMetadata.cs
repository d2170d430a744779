using System.Collections.Immutable;
using System.Net;
using Coterie.Model.Ids;
using Coterie.Model.Schema;

namespace Coterie.Model.Metadata;

/// <summary>
/// Everything that all nodes must agree on, as one immutable value: who they are, which tokens they own, the schema. Changed only by
/// applying the next entry of the metadata log, which makes the next epoch; equal epochs mean equal values.
/// </summary>
public sealed record ClusterMetadata
{
    public static ClusterMetadata Empty { get; } = new();

    public Epoch Epoch { get; init; }

    public ClusterId ClusterId { get; init; }

    public string ClusterName { get; init; } = "";

    /// <summary>The members, in the order of <see cref="NodeId"/>. Empty before formation.</summary>
    public ImmutableSortedDictionary<NodeId, NodeInfo> Nodes { get; init; } = ImmutableSortedDictionary<NodeId, NodeInfo>.Empty;

    /// <summary>Who votes on the next entry; at most <see cref="Limits.VotersMax"/>. Before formation: the first of the initial list.</summary>
    public ImmutableArray<IPEndPoint> Voters { get; init; } = [];

    public ImmutableSortedDictionary<string, KeyspaceSchema> Keyspaces
    {
        get;
        init
        {
            field = value;
            SchemaVersion = MetadataCodec.SchemaVersionOf(value);
        }
    }
    = ImmutableSortedDictionary.Create<string, KeyspaceSchema>(StringComparer.Ordinal);

    /// <summary>What drivers see as <c>schema_version</c>. Invariant: <see cref="MetadataCodec.SchemaVersionOf"/> of <see cref="Keyspaces"/>.</summary>
    public Guid SchemaVersion { get; private init; } =
        MetadataCodec.SchemaVersionOf(ImmutableSortedDictionary.Create<string, KeyspaceSchema>(StringComparer.Ordinal));

    /// <summary>The next storage id to hand out. Only rises.</summary>
    public uint NextStorageId { get; init; } = 1;

    public bool IsFormed => !Nodes.IsEmpty;

    public TableSchema? Table(string keyspace, string table) =>
        Keyspaces.TryGetValue(keyspace, out var found) ? found.Tables.GetValueOrDefault(table) : null;
}
